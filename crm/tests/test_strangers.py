"""Every address of the project, called by a consultant with the ids of a colleague's lead, and by nobody."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agent.models import PushSubscription
from leads.models import LeadEvent
from leads.tests.makers import make_consultant, make_lead, make_statuses
from whatsapp.tests.makers import make_consultant_line, make_conversation

pytestmark = pytest.mark.django_db
SECRET = "Dona Segredo"
METHODS = ["get", "post", "put", "patch", "delete"]
# What anybody may call: the login and its language, doors with locks of their own, the operators' pages, and
# what a browser asks for by itself.
PUBLIC = re.compile(
    r"^/\^?(login|logout|healthz|readyz|metrics|webhooks|api/auth/token|simulator|admin|me/language|me/theme"
    r"|media/whatsapp|manifest.webmanifest|push-worker.js)"
)
BODIES = [{}, {"status": "won"}, {"text": "x"}, {"body": "x", "client_id": "c"}, {"name": "x"}, {"ids": "x"}]


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry
        elif entry.app_name != "admin":
            yield from addresses(entry, path)


def filled(path: str, values: dict[str, str]) -> str:
    """The address with its parameters; KeyError for a parameter that this test does not know yet."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], path)


ALL = sorted({path for path, _ in addresses(get_resolver())})


@pytest.fixture
def foreign():
    """Ids of a colleague's lead and everything around it."""
    make_statuses()
    colleague = make_consultant("colleague")
    lead = make_lead(name=SECRET, consultant=colleague, email="secret@crm.example")
    line = make_consultant_line(colleague)
    conversation = make_conversation(line, body=SECRET)
    conversation.lead, conversation.consultant = lead, colleague
    conversation.save()
    LeadEvent.objects.create(lead=lead, kind="note", data={"text": SECRET})
    device = PushSubscription.objects.create(
        user=colleague.user, endpoint="https://push.example/1", p256dh="x", auth="y", server_key="z"
    )
    return {
        "lead_id": str(lead.pk),
        "conversation_id": str(conversation.pk),
        "message_id": str(conversation.messages.get().pk),
        "chat_id": f"{line.pk}-x",
        "slug": "new",
        "source": "site",
        "number": "0",
        "sid": "SM0",
        "account_sid": "AC0",
        "consultant_id": str(colleague.pk),
        "device_id": str(device.pk),
    }


@pytest.mark.parametrize("path", [path for path in ALL if not PUBLIC.match("/" + path)])
def test_address_with_a_colleagues_ids_tells_and_changes_nothing(foreign, path):
    client = Client()
    client.force_login(make_consultant("stranger").user)
    address = filled(path, foreign)
    names_foreign_thing = any(f"{name}_id>" in path for name in ("lead", "conversation", "message"))
    for method in METHODS:
        for body in BODIES:
            options = (
                {"data": body} if method == "get" else {"data": body, "content_type": "application/json"}
            )
            answer = getattr(client, method)(address, **options)
            text = b"" if answer.streaming else answer.content
            assert answer.status_code < 500, (method, answer.content)
            assert SECRET.encode() not in text, method
            assert PushSubscription.objects.exists()
            if names_foreign_thing:
                assert answer.status_code in (403, 404, 405), (method, body, answer.content)
            if answer.status_code == 405:
                break  # nor would it know any other body


@pytest.mark.parametrize("path", [path for path in ALL if not PUBLIC.match("/" + path)])
def test_address_without_login_asks_for_one(foreign, path):
    for method in METHODS:
        answer = getattr(Client(), method)(filled(path, foreign))
        assert answer.status_code in (302, 401, 405), (method, answer.content)
        if answer.status_code == 302:
            assert answer["Location"].startswith(reverse("login"))


def test_list_filtered_by_a_colleagues_ids_is_empty(foreign):
    client = Client()
    client.force_login(make_consultant("stranger").user)
    queries = [
        ("/api/leads/", {"consultant": "colleague"}),
        ("/api/leads/", {"q": "segredo"}),
        ("/api/leads/", {"status": "new"}),
        ("/api/conversations/", {"lead": foreign["lead_id"]}),
        ("/api/board/", {"consultant": "colleague"}),
        ("/api/board/changes/", {"since": "0"}),
        ("/board/cards/", {"ids": foreign["lead_id"]}),
        ("/board/columns/new/", {}),
        ("/api/chats/", {}),
    ]
    for path, query in queries:
        answer = client.get(path, query)
        assert answer.status_code == 200, path
        assert SECRET not in answer.content.decode(), path
        assert foreign["lead_id"] not in answer.content.decode(), path
