"""A stranger of a consultant's line becomes a lead: what comes along, what does not, and from then on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from leads.models import LeadIdentity
from leads.tests.makers import make_consultant, make_lead
from whatsapp import adoption, chat_index, following, sessions, window
from whatsapp.models import ConsentEvent, Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.redis_connection import connection
from whatsapp.services import record_inbound
from whatsapp.sweeps import rebuild_chat_lists
from whatsapp.tests.makers import CLIENT, inbound_form, lose_chat_lists, make_consultant_line, make_line

pytestmark = pytest.mark.django_db
PHONE = "+5511987654321"


@pytest.fixture
def line():
    return make_consultant_line(make_consultant("ana"))


def writes(line, *texts, **over) -> None:
    for text in texts:
        sessions.take_in(line, [InboundMessage.parse(inbound_form(text, To=line.address, **over))])


def become_lead(phone=PHONE):
    lead = make_lead(phone=phone)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=phone, shown=phone)
    return lead


def bodies() -> list[str]:
    return list(Message.objects.order_by("seq").values_list("body", flat=True))


def only_chat(line):
    [chat] = chat_index.page(line.pk)
    return chat.entry


def test_adopt_brings_as_many_messages_as_the_line_says(line):
    line.brought_messages = 2
    line.save()
    writes(line, "um", "dois", "três")
    lead = become_lead()

    following.claim_conversations(lead.pk)

    assert bodies() == ["dois", "três"]
    conversation = Conversation.objects.get()
    assert (conversation.lead, conversation.consultant, conversation.status) == (
        lead,
        line.consultant,
        "transferred",
    )
    assert conversation.profile_name == "Cliente Teste"
    lead.refresh_from_db()
    assert (lead.last_message, lead.unread_count) == ("três", 2)


def test_adopt_brings_nothing_unless_the_line_says_so_and_can_be_answered(line):
    writes(line, "segredo")

    following.claim_conversations(become_lead().pk)

    conversation = Conversation.objects.get()
    assert bodies() == []
    assert window.is_open(conversation)
    assert conversation.client_address == CLIENT


def test_adopt_leaves_no_words_in_the_list_but_the_last(line):
    writes(line, "um", "dois")
    following.claim_conversations(become_lead().pk)

    entry = only_chat(line)
    assert chat_index.said_in(line.pk, entry.chat_id) == []
    assert (entry.text, entry.conversation) == ("dois", str(Conversation.objects.get().pk))


def test_say_lead_after_something_was_said_since_waits_for_another_reading(line):
    writes(line, "um")
    chat_id = only_chat(line).chat_id
    reading = chat_index.read(line.pk, chat_id)
    writes(line, "dois")

    assert not chat_index.say_lead(line.pk, chat_id, reading, "lead", "conversation")

    entry = only_chat(line)
    assert (entry.text, entry.lead, entry.conversation) == ("dois", None, None)
    again = chat_index.read(line.pk, chat_id)
    assert "dois" in [message.body for message in again.said]
    assert chat_index.say_lead(line.pk, chat_id, again, "lead", "conversation")
    assert chat_index.read(line.pk, chat_id).kept == ()
    assert (only_chat(line).text, only_chat(line).lead) == ("dois", "lead")


def test_say_lead_sees_an_older_message_that_came_late(line):
    """It changes nothing of what the list shows."""
    writes(line, "um")
    chat_id = only_chat(line).chat_id
    reading = chat_index.read(line.pk, chat_id)
    late = InboundMessage.parse(inbound_form("antes", To=line.address))
    sessions.take_in(line, [replace(late, sent_at=timezone.now() - timedelta(hours=1))])

    assert not chat_index.say_lead(line.pk, chat_id, reading, "lead", "conversation")
    assert [message.body for message in chat_index.read(line.pk, chat_id).said] == ["antes"]


def test_adopt_brings_what_is_said_while_it_adopts(line):
    """Somebody writes between the reading of the chat and the word that it is a lead's."""
    line.brought_messages = 20
    line.save()
    writes(line, "um")
    lead = become_lead()
    stale = only_chat(line)
    LeadIdentity.objects.all().delete()
    writes(line, "dois")

    adoption.adopt(line, stale, lead.pk)

    assert bodies() == ["um", "dois"]
    assert only_chat(line).text == "dois"
    assert only_chat(line).conversation == str(Conversation.objects.get().pk)


def test_adopt_beside_somebody_who_goes_on_writing_loses_no_word(transactional_db, line):
    line.brought_messages = 20
    line.save()
    writes(line, "0")
    entry, lead = only_chat(line), make_lead(phone=PHONE)
    with ThreadPoolExecutor(1) as other:
        writing = other.submit(_write_fifteen, line)
        while not writing.done():
            adoption.adopt(line, entry, lead.pk)
    adoption.adopt(line, entry, lead.pk)

    assert sorted(bodies(), key=int) == [str(number) for number in range(16)]


def _write_fifteen(line) -> None:
    try:
        for number in range(1, 16):
            writes(line, str(number))
    finally:
        connections.close_all()


def test_adopt_twice_brings_each_message_once(line):
    line.brought_messages = 5
    line.save()
    writes(line, "um", "dois")
    entry, lead = only_chat(line), become_lead()

    first = adoption.adopt(line, entry, lead.pk)
    second = adoption.adopt(line, entry, lead.pk)

    assert first == second
    assert bodies() == ["um", "dois"]


def test_adopt_keeps_times_kinds_and_files(line):
    line.brought_messages = 5
    line.save()
    form = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "image/png"}
    writes(line, "", MessageType="image", **form)
    before = chat_index.said_in(line.pk, only_chat(line).chat_id)[0].at

    following.claim_conversations(become_lead().pk)

    message = Message.objects.get()
    assert (message.kind, message.created_at) == ("image", before)
    assert message.media == [{"url": "https://api.twilio.com/m", "content_type": "image/png"}]


def test_adopt_respects_an_opt_out_said_while_they_were_no_lead(line):
    writes(line, "oi", "PARAR", "tchau")

    following.claim_conversations(become_lead().pk)

    assert Conversation.objects.get().is_opted_out
    assert ConsentEvent.objects.get().message.body == "PARAR"
    assert "oi" not in bodies()


def writes_ago(line, text: str, **ago) -> None:
    message = InboundMessage.parse(inbound_form(text, To=line.address))
    sessions.take_in(line, [replace(message, sent_at=timezone.now() - timedelta(**ago))])


def test_adopt_old_opt_out_yields_to_a_newer_opt_in_on_another_line(line):
    writes_ago(line, "PARAR", days=3)
    agents = make_line()
    for text in ("parar", "voltar"):
        record_inbound(agents, InboundMessage.parse(inbound_form(text)))

    following.claim_conversations(become_lead().pk)

    assert not Conversation.objects.filter(is_opted_out=True).exists()
    assert not Message.objects.filter(conversation__line=line, direction="out").exists()


def test_adopt_opt_out_older_than_the_window_counts_from_then_and_is_not_confirmed(line):
    writes_ago(line, "PARAR", days=3)

    following.claim_conversations(become_lead().pk)

    assert Conversation.objects.get().is_opted_out
    said = ConsentEvent.objects.get()
    assert said.created_at == said.message.created_at < timezone.now() - timedelta(days=2)
    assert not Message.objects.filter(direction="out").exists()


def test_next_message_of_a_new_lead_comes_after_what_is_brought(line):
    """Nobody heard that they became a lead: their next message says it."""
    line.brought_messages = 5
    line.save()
    writes(line, "antes")
    become_lead()

    writes(line, "depois")

    assert bodies() == ["antes", "depois"]
    assert only_chat(line).conversation == str(Conversation.objects.get().pk)


def test_sweep_finds_chats_whose_person_became_a_lead_unheard(line, twilio):
    writes(line, "oi")
    lead = become_lead()

    rebuild_chat_lists()
    rebuild_chat_lists()

    assert Conversation.objects.get().lead == lead


def test_adopt_somebody_without_a_number(line):
    hidden = {"From": "whatsapp:BR.150257639", "WaId": "", "ExternalUserId": "BR.150257639"}
    line.brought_messages = 1
    line.save()
    writes(line, "sou eu", **hidden)
    lead = make_lead(phone=None)
    LeadIdentity.objects.create(lead=lead, kind="whatsapp_id", key="BR.150257639", shown="x")

    following.claim_conversations(lead.pk)

    conversation = Conversation.objects.get()
    assert (conversation.lead, conversation.external_user_id) == (lead, "BR.150257639")
    assert bodies() == ["sou eu"]


def test_list_keeps_the_last_twenty_messages_of_a_stranger(line):
    writes(line, *(str(number) for number in range(25)))

    said = chat_index.said_in(line.pk, only_chat(line).chat_id)

    assert [one.body for one in said] == [str(number) for number in range(5, 25)]


def test_list_that_is_full_forgets_words_with_the_chat(line, settings):
    settings.CHAT_INDEX_SIZE = 1
    writes(line, "um", From="whatsapp:+5511900000001", WaId="5511900000001")
    writes(line, "dois", From="whatsapp:+5511900000002", WaId="5511900000002")

    kept = list(connection().scan_iter(f"{settings.REDIS_PREFIX}chats:{line.pk}:said:*"))

    assert kept == [f"{settings.REDIS_PREFIX}chats:{line.pk}:said:{only_chat(line).chat_id}"]


def test_window_of_an_old_chat_is_closed(line):
    writes(line, "oi")
    entry = only_chat(line)
    old = timezone.now() - timedelta(hours=30)
    lose_chat_lists()
    chat_index.record(line.pk, [replace(entry, at=old, said=None)])

    following.claim_conversations(become_lead().pk)

    assert not window.is_open(Conversation.objects.get())
