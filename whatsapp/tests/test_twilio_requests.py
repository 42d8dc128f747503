"""Every request that our client makes fits Twilio's description of its API, on the wire.

Against the double over HTTP; set TWILIO_OAI to a folder with Twilio's own files (spec/json of
github.com/twilio/twilio-oai) to check against those instead of what is written down in `twilio_api.json`.
"""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.tests.makers import make_manager
from whatsapp import client, delivery, media, reconciliation, recovery, template_sync
from whatsapp.accounts import account_of
from whatsapp.models import Message
from whatsapp.services import send, send_file_as_consultant, send_template_to, show_typing_under
from whatsapp.tests.files import upload
from whatsapp.tests.makers import AGENT_NUMBER, CLIENT, make_conversation, make_line, make_template
from whatsapp.tests.openapi import FORM, descriptions, faults
from whatsapp.tests.twilio_double import ACCOUNT_SID, TwilioDouble

pytestmark = pytest.mark.django_db(transaction=True)
SM, MG = "SM" + "a1" * 16, "MG" + "c3" * 16
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"


@pytest.fixture(scope="module")
def description():
    return descriptions()


@pytest.fixture
def fits(twilio, description):
    """Check what the double has received; answers the method and path of each request."""

    def check(double: TwilioDouble) -> list[tuple[str, str]]:
        assert double.requests
        for asked in double.requests:
            assert asked.authorization.startswith("Basic ")
            assert faults(description, asked.method, asked.path, asked.pairs) == [], asked
            assert asked.method == "GET" or asked.content_type == FORM
        return [(asked.method, asked.path) for asked in double.requests]

    return check


def form_of(twilio) -> dict[str, str]:
    [asked] = [one for one in twilio.requests if one.method == "POST"]
    return asked.form


def test_text_fits(twilio, fits):
    send(make_conversation(), ["Olá, “Zoë” 🙂 & cia?"], author="agent")
    delivery.deliver_due(seconds=0.2)

    assert fits(twilio) == [("POST", MESSAGES)]
    assert set(form_of(twilio)) == {"From", "To", "Body", "StatusCallback"}
    assert form_of(twilio)["Body"] == "Olá, “Zoë” 🙂 & cia?"


def test_text_to_a_user_without_a_number_fits(twilio, fits):
    conversation = make_conversation(From="whatsapp:BR.13491208655302741918", WaId="")
    send(conversation, ["Oi"], author="agent")
    delivery.deliver_due(seconds=0.2)

    assert fits(twilio)


def test_file_fits(twilio, fits, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    conversation = make_conversation()
    send_file_as_consultant(
        conversation_id=conversation.pk,
        user=make_manager(),
        file=upload(name="Planta São José.png"),
        body="Veja",
    )
    delivery.deliver_due(seconds=0.2)

    assert fits(twilio) == [("POST", MESSAGES)]
    assert set(form_of(twilio)) == {"From", "To", "Body", "MediaUrl", "StatusCallback"}


def test_template_fits(twilio, fits):
    make_template()
    send_template_to(
        line=make_line(), phone=CLIENT, template="follow_up", variables={"1": "Zoë", "2": 'a "b" {{1}}'}
    )
    delivery.deliver_due(seconds=0.2)

    assert fits(twilio) == [("POST", MESSAGES)]
    assert set(form_of(twilio)) == {"From", "To", "ContentSid", "ContentVariables", "StatusCallback"}
    assert json.loads(form_of(twilio)["ContentVariables"]) == {"1": "Zoë", "2": 'a "b" {{1}}'}


def test_typing_fits(twilio, fits):
    show_typing_under(make_line(), SM)

    assert fits(twilio) == [("POST", "/v2/Indicators/Typing.json")]
    assert form_of(twilio) == {"channel": "whatsapp", "messageId": SM}


def test_lists_of_messages_fit(twilio, fits):
    conversation = make_conversation()
    [message] = send(conversation, ["Oi"], author="agent")
    old = timezone.now() - timedelta(minutes=2)
    Message.objects.filter(pk=message.pk).update(status="unknown", updated_at=old)

    reconciliation.settle_unconfirmed()
    recovery.recover_lost()

    assert fits(twilio) == [("GET", MESSAGES)] * 2
    assert {"To", "DateSent>", "PageSize"} <= set(twilio.requests[1].form)


def test_list_of_messages_within_a_time_fits(twilio, fits):
    now = timezone.now()
    client.list_messages(
        account_of(make_line()), recipient=AGENT_NUMBER, since=now - timedelta(hours=2), until=now, limit=5000
    )

    assert fits(twilio) == [("GET", MESSAGES)]
    assert {"To", "DateSent>", "DateSent<", "PageSize"} == set(twilio.requests[0].form)


def test_list_of_a_messages_files_fits(twilio, fits):
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{SM}/Media.json"
    uri = path.replace("Media.json", f"Media/{'ME' + 'd4' * 16}.json")
    twilio.lists[path] = ("media_list", [{"uri": uri, "content_type": "image/jpeg"}])

    [file] = client.list_media(account_of(make_line()), SM)

    assert fits(twilio) == [("GET", path)]
    assert file == {"url": f"https://api.twilio.com{uri.removesuffix('.json')}", "content_type": "image/jpeg"}


def test_templates_fit(twilio, fits):
    make_line()
    for number in range(3):
        twilio.add_content(f"Olá {number}")

    template_sync.sync_templates()

    paths = fits(twilio)
    assert paths.count(("GET", "/v1/Content")) == 2
    assert sum(path.endswith("/ApprovalRequests") for _, path in paths) == 3


def test_account_and_setup_fit(twilio, fits):
    line = make_line()
    account = account_of(line)
    sender = {"sid": "XE1", "sender_id": AGENT_NUMBER, "status": "ONLINE", "webhook": {}}
    twilio.lists["/v2/Channels/Senders"] = ("senders", [sender])
    twilio.lists["/v1/Services"] = ("services", [{"sid": MG, "friendly_name": "Sales"}])
    twilio.lists[f"/v1/Services/{MG}/ChannelSenders"] = ("senders", [{"sid": "XE1", "sender": AGENT_NUMBER}])

    client.check_account(account)
    client.webhook_of(account, AGENT_NUMBER)

    assert [path for _, path in fits(twilio)] == [
        f"/2010-04-01/Accounts/{ACCOUNT_SID}.json",
        "/v2/Channels/Senders",
        "/v1/Services",
        f"/v1/Services/{MG}/ChannelSenders",
    ]


def test_file_of_a_client_is_asked_where_twilio_keeps_it(twilio, description, settings, tmp_path):
    """Without `.json` Twilio gives the file itself; the description knows the resource."""
    settings.MEDIA_ROOT = tmp_path
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{SM}/Media/{'ME' + 'd4' * 16}"
    twilio.files[path] = ("image/jpeg", b"jpeg")
    url = f"https://api.twilio.com{path}"
    make_conversation(NumMedia="1", MediaUrl0=url, MediaContentType0="image/jpeg", MessageType="image")

    media.fetch_due()

    [asked] = twilio.requests
    assert faults(description, asked.method, asked.path + ".json", asked.pairs) == []


@pytest.mark.parametrize(
    ("method", "path", "pairs"),
    [
        ("POST", MESSAGES, [("Body", "no recipient")]),
        ("POST", MESSAGES, [("To", CLIENT), ("Text", "no such field")]),
        ("POST", MESSAGES, [("To", CLIENT), ("ContentSid", "MG1")]),
        ("POST", MESSAGES, [("To", CLIENT), ("Body", "a"), ("Body", "twice")]),
        ("POST", MESSAGES, [("To", CLIENT), ("StatusCallback", "/relative")]),
        ("POST", MESSAGES.replace("AC", "XX", 1), [("To", CLIENT)]),
        ("GET", MESSAGES, [("PageSize", "1001")]),
        ("GET", MESSAGES, [("PageSize", "many")]),
        ("GET", MESSAGES, [("Sender", CLIENT)]),
        ("PUT", MESSAGES, []),
        ("POST", "/v2/Indicators/Typing.json", [("channel", "rcs"), ("messageId", SM)]),
        ("POST", "/v2/Indicators/Typing.json", [("channel", "whatsapp")]),
        ("GET", MESSAGES.replace(".json", "/MG1/Media.json"), []),
        ("GET", MESSAGES.replace(".json", f"/{SM}/Media.json"), [("PageSize", "0")]),
        ("GET", MESSAGES.replace(".json", "/XX1.json"), []),
        ("GET", f"/v1/Content/{SM}/ApprovalRequests", []),
        ("GET", "/v1/Contents", []),
    ],
)
def test_request_that_does_not_fit_is_found_out(description, method, path, pairs):
    assert faults(description, method, path, pairs)
