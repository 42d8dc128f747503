"""The inbox of somebody who is no lead: taken over all the same, so that somebody must see them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kanban.threads import Thread, inbox_of
from leads.models import Consultant, Lead, LeadIdentity
from leads.tests.makers import make_consultant, make_lead, make_manager
from whatsapp import sessions
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.redis_connection import connection
from whatsapp.services import link_lead, send, take_over
from whatsapp.tests.makers import (
    chat_keys,
    inbound_form,
    known_lead,
    lose_chat_lists,
    make_consultant_line,
    make_conversation,
    make_line,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Consultant:
    return make_consultant("ana")


@pytest.fixture
def line(ana: Consultant) -> Line:
    return make_consultant_line(ana)


def write(line: Line, *texts: str) -> Thread:
    for text in texts:
        sessions.take_in(line, [InboundMessage.parse(inbound_form(text, To=line.address))])
    return inbox_of(line.consultant.user).threads[0]


def page(user: object, address: str, **headers: str) -> str:
    client = Client(headers=headers)
    client.force_login(user)
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def status(user: object, address: str) -> int:
    client = Client()
    client.force_login(user)
    return client.get(address).status_code


def test_inbox_shows_a_stranger_whose_conversation_was_taken_over() -> None:
    manager, conversation = make_manager(), make_conversation(body="Boa tarde")
    take_over(conversation_id=conversation.pk, user=manager)

    [thread] = inbox_of(manager, only_waiting=True).threads

    assert (thread.conversation, thread.lead) == (str(conversation.pk), None)
    assert (thread.name, thread.phone, thread.text) == ("Cliente Teste", "+5511987654321", "Boa tarde")
    assert thread.waiting_since == conversation.messages.get().created_at


def test_inbox_shows_a_stranger_to_the_consultant_who_answers_and_to_no_other() -> None:
    ana, conversation = make_consultant("ana"), make_conversation()
    Conversation.objects.update(status="transferred", consultant=ana)

    assert [thread.conversation for thread in inbox_of(ana.user).threads] == [str(conversation.pk)]
    assert inbox_of(make_consultant("bia").user).threads == []


def test_inbox_answered_stranger_waits_no_more() -> None:
    manager, conversation = make_manager(), make_conversation()
    send(conversation, ["Boa tarde!"], author="consultant", user=manager)

    assert inbox_of(manager, only_waiting=True).threads == []
    assert inbox_of(manager).threads[0].text == "Boa tarde!"


def test_manager_finds_and_takes_over_what_the_agent_has_in_hand() -> None:
    manager, conversation = make_manager(), make_conversation(body="Boa tarde")
    assert inbox_of(manager).threads == []
    assert inbox_of(make_consultant("bia").user, with_agent=True).threads == []

    listed = page(manager, "/inbox/threads/?with=agent")
    shown = page(manager, f"/inbox/conversations/{conversation.pk}/")
    take_over(conversation_id=conversation.pk, user=manager)

    assert f"/inbox/conversations/{conversation.pk}/" in listed
    assert 'data-hand="take-over"' in shown
    assert inbox_of(manager, with_agent=True).threads == []
    assert len(inbox_of(manager).threads) == 1


def test_manager_finds_by_name_who_wrote_before_a_hundred_others() -> None:
    manager, first = make_manager(), make_conversation(ProfileName="Zuleica")
    Conversation.objects.bulk_create(
        Conversation(
            line=first.line,
            client_key=f"+55{n}",
            client_address=f"whatsapp:+55{n}",
            last_message_at=timezone.now(),
        )
        for n in range(100)
    )

    found = inbox_of(manager, with_agent=True, words="zuleica").threads

    assert [thread.conversation for thread in found] == [str(first.pk)]


def test_search_finds_whoever_is_looked_for_with_the_agent_and_closed() -> None:
    manager, conversation = make_manager(), make_conversation(ProfileName="Zuleica")
    assert [one.is_closed for one in inbox_of(manager, words="zuleica").threads] == [False]

    Conversation.objects.update(status="closed")

    assert inbox_of(manager).threads == []
    [found] = inbox_of(manager, words="Zuleica").threads
    assert (found.conversation, found.is_closed, found.waiting_since) == (str(conversation.pk), True, None)
    assert inbox_of(make_consultant("bia").user, words="zuleica").threads == []
    assert "closed" in page(manager, "/inbox/threads/?q=zuleica")


def test_inbox_keeps_private_chats_of_own_lines_from_managers() -> None:
    make_conversation(line=make_consultant_line(make_consultant("ana")))

    assert inbox_of(make_manager()).threads == []


def test_lead_on_two_lines_has_two_rows_each_with_its_own_words_wait_and_line(ana: Consultant) -> None:
    old, new = (make_line(name=name, address=f"whatsapp:+1555{name}") for name in ("100", "200"))
    lead = known_lead(phone="+5511987654321", consultant=ana)
    for line, *texts in ((old, "primeira"), (new, "segunda", "terceira")):
        for text in texts:
            make_conversation(line=line, body=text)
    Conversation.objects.update(status="transferred", consultant=ana)
    lead.refresh_from_db()

    rows = {thread.line: thread for thread in inbox_of(ana.user).threads}

    said = [message.created_at for message in Message.objects.order_by("created_at")]
    assert {name: (row.text, row.unread, row.at, row.waiting_since) for name, row in rows.items()} == {
        "100": ("primeira", 1, said[0], said[0]),
        "200": ("terceira", 2, said[2], said[1]),
    }
    Lead.objects.update(unread_count=1, waiting_since=said[1])
    rows = {thread.line: thread for thread in inbox_of(ana.user).threads}
    assert [(rows[name].unread, rows[name].waiting_since) for name in ("100", "200")] == [
        (0, None),
        (1, said[1]),
    ]
    Lead.objects.update(waiting_since=said[2] + timedelta(hours=1))
    Conversation.objects.filter(line=old).update(
        transferred_at=said[2] + timedelta(hours=1), handoff_reason="qualified"
    )
    [first, second] = inbox_of(ana.user).threads
    assert (first.line, first.waiting_since, second.waiting_since) == (
        "100",
        said[2] + timedelta(hours=1),
        None,
    )
    assert page(ana.user, "/inbox/").count('class="line-name"') == 2


def test_closed_chat_of_the_own_line_bears_its_leads_name(ana: Consultant, line: Line) -> None:
    known_lead(name="Rita", phone="+5511987654321", consultant=ana)
    write(line, "Oi")
    Conversation.objects.update(status="closed")

    assert [thread.name for thread in inbox_of(ana.user).threads] == ["Rita"]


def test_inbox_of_one_line_does_not_name_it(ana: Consultant) -> None:
    make_conversation()
    Conversation.objects.update(status="transferred", consultant=ana)

    assert 'class="line-name"' not in page(ana.user, "/inbox/")


def test_chat_of_a_stranger_shows_what_the_list_holds_and_how_to_answer(ana: Consultant, line: Line) -> None:
    thread = write(line, "Oi, Ana", "É a <b>vizinha</b>")

    html = page(ana.user, f"/inbox/chats/{thread.key}/", **{"HX-Request": "true"})

    assert html.index("Oi, Ana") < html.index("É a &lt;b&gt;vizinha&lt;/b&gt;")
    assert f'data-api="/api/chats/{thread.key}/lead/"' in html
    assert "What they wrote until now is not kept." in html
    assert "<html" not in html


def test_chat_page_says_how_many_messages_come_along(ana: Consultant, line: Line) -> None:
    Line.objects.update(brought_messages=5)
    thread = write(line, "Oi")

    html = page(ana.user, f"/inbox/chats/{thread.key}/")

    assert "The last 5 messages come along." in html
    assert 'id="inbox-filters"' in html


def test_chat_is_missing_for_everybody_else(line: Line) -> None:
    address = f"/inbox/chats/{write(line, 'segredo').key}/"

    for user in (make_manager(), make_consultant("bia").user):
        assert status(user, address) == 404
    assert Client().get(address).status_code == 302


def test_chat_that_became_a_conversation_shows_that(ana: Consultant, line: Line) -> None:
    key = write(line, "Oi").key
    lead = make_lead(phone="+5511987654321")
    LeadIdentity.objects.create(lead=lead, kind="phone", key=lead.phone, shown=lead.phone)
    write(line, "De novo")

    html = page(ana.user, f"/inbox/chats/{key}/")

    assert f'data-thread="{Conversation.objects.get().pk}"' in html
    assert 'id="reply-form"' in html


def test_conversation_with_a_colleagues_lead_can_be_read_and_answered(ana: Consultant, line: Line) -> None:
    conversation, bia = make_conversation(line=line, body="É com você?"), make_consultant("bia")
    link_lead(conversation, make_lead(consultant=bia, name="Rita"))

    [thread] = inbox_of(ana.user).threads
    html = page(ana.user, f"/inbox/conversations/{thread.conversation}/")

    assert (thread.lead, thread.owner, thread.text) == (None, str(bia), "É com você?")
    assert "É com você?" in html
    assert f"lead of {bia}" in html
    assert 'id="reply-form"' in html
    assert [one.name for one in inbox_of(bia.user).threads] == ["Rita"]


def test_conversation_of_others_is_missing(line: Line) -> None:
    conversation = make_conversation(line=line)
    assert status(make_consultant("bia").user, f"/inbox/conversations/{conversation.pk}/") == 404


def test_inbox_after_redis_was_emptied_is_built_from_the_rows(ana: Consultant, line: Line) -> None:
    lead = make_lead(phone="+5511987654321", consultant=ana)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=lead.phone, shown=lead.phone)
    write(line, "guardada")
    lose_chat_lists()

    inbox_of(ana.user)

    assert any(key.endswith(f"{line.pk}:facts") for key in chat_keys())


def test_chat_without_redis_says_so(ana: Consultant, line: Line, settings: object) -> None:
    key = write(line, "Oi").key
    settings.REDIS_URL = "redis://127.0.0.1:9"
    connection.cache_clear()
    try:
        html = page(ana.user, f"/inbox/chats/{key}/", **{"HX-Request": "true"})
    finally:
        connection.cache_clear()

    assert "being restored" in html
