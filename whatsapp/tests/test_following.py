"""Conversations follow their leads."""

import pytest
from django.utils import timezone

from leads.models import Consultant, LeadIdentity
from leads.signals import lead_changed, lead_received
from leads.tests.makers import make_consultant, make_lead, make_manager
from whatsapp import chat_index, sessions
from whatsapp.models import Conversation
from whatsapp.payloads import InboundMessage
from whatsapp.services import link_lead, take_over, transfer
from whatsapp.sweeps import follow_assignments
from whatsapp.tests.makers import inbound_form, make_consultant_line, make_conversation

pytestmark = pytest.mark.django_db


def changed(lead, action: str) -> None:
    lead_changed.send(
        sender=None, lead_id=str(lead.pk), action=action, changed=[], origin="", actor={}, lost_by=[]
    )


def handed_over(consultant=None) -> Conversation:
    conversation = make_conversation()
    link_lead(conversation, make_lead(consultant=consultant))
    transfer(conversation, consultant=consultant, reason="qualified")
    return conversation


def test_link_lead_puts_the_last_words_of_the_conversation_on_an_empty_card_alone():
    conversation = make_conversation(body="Quero uma casa")
    lead = make_lead()

    link_lead(conversation, lead)
    lead.refresh_from_db()
    assert (lead.last_message, lead.last_message_author) == ("Quero uma casa", "client")
    assert lead.last_message_at == conversation.messages.get().created_at

    older = make_lead(last_message="Oi", last_message_at=conversation.created_at)
    link_lead(conversation, older)
    older.refresh_from_db()
    assert older.last_message == "Oi"


def test_somebody_who_wrote_before_becomes_a_lead_and_keeps_the_conversation():
    conversation = make_conversation()
    lead = make_lead(phone="+5511987654321")
    LeadIdentity.objects.create(lead=lead, kind="phone", key="+5511987654321", shown=lead.phone)

    lead_received.send(sender=None, lead_id=str(lead.pk), origin="", actor={})

    conversation.refresh_from_db()
    assert conversation.lead == lead


@pytest.mark.parametrize("status", ["won", "new"])
def test_conversation_of_a_closed_lead_follows_the_person_to_their_new_lead(status):
    conversation = make_conversation()
    link_lead(conversation, make_lead(status_id=status))
    lead = make_lead(phone="+5511987654321")
    LeadIdentity.objects.create(lead=lead, kind="phone", key="+5511987654321", shown=lead.phone)

    lead_received.send(sender=None, lead_id=str(lead.pk), origin="", actor={})

    conversation.refresh_from_db()
    assert (conversation.lead == lead) == (status == "won")


def test_stranger_of_a_consultants_line_who_becomes_a_lead_is_marked_in_the_list():
    line = make_consultant_line(make_consultant("ana"))
    sessions.take_in(line, [InboundMessage.parse(inbound_form("Oi", To=line.address))])
    lead = make_lead(phone="+5511987654321")
    LeadIdentity.objects.create(lead=lead, kind="phone", key="+5511987654321", shown=lead.phone)

    lead_received.send(sender=None, lead_id=str(lead.pk), origin="", actor={})

    [chat] = chat_index.page(line.pk)
    assert (chat.entry.lead, chat.entry.text, chat.unread) == (str(lead.pk), "Oi", 1)
    assert chat.entry.conversation == str(Conversation.objects.get(lead=lead).pk)


def test_claim_leaves_conversations_of_other_leads_alone():
    conversation = make_conversation()
    link_lead(conversation, make_lead())
    lead = make_lead()
    LeadIdentity.objects.create(lead=lead, kind="phone", key="+5511987654321", shown=lead.phone)

    changed(lead, "edited")

    conversation.refresh_from_db()
    assert conversation.lead != lead


def test_reassigned_lead_takes_its_conversation_out_of_the_old_consultants_sight():
    ana, bia = make_consultant("ana"), make_consultant("bia")
    conversation = handed_over(ana)
    lead = conversation.lead
    lead.consultant = bia
    lead.save()
    assert not Conversation.objects.visible_to(ana.user).exists()

    changed(lead, "assigned")

    conversation.refresh_from_db()
    assert conversation.consultant == bia
    assert Conversation.objects.visible_to(bia.user).get() == conversation


def test_handed_over_while_nobody_was_free_goes_to_whoever_gets_the_lead():
    conversation = handed_over(None)
    ana = make_consultant("ana")
    conversation.lead.consultant = ana
    conversation.lead.save()

    assert follow_assignments() == 1
    assert follow_assignments() == 0

    conversation.refresh_from_db()
    assert conversation.consultant == ana


@pytest.mark.parametrize("kind", ["phone", "whatsapp_id"])
def test_conversation_that_began_while_its_lead_was_made_is_found_by_the_sweep(kind):
    conversation, lead = make_conversation(), make_lead(consultant=make_consultant("ana"))
    stranger = make_conversation(From="whatsapp:+5511900000000")
    Conversation.objects.filter(pk=conversation.pk).update(external_user_id="BR.123")
    key = "+5511987654321" if kind == "phone" else "BR.123"
    LeadIdentity.objects.create(lead=lead, kind=kind, key=key, shown=key)
    transfer(conversation, consultant=None, reason="asked_for_human")

    assert follow_assignments() == 2
    assert follow_assignments() == 0

    conversation.refresh_from_db()
    stranger.refresh_from_db()
    assert (conversation.lead, conversation.consultant, stranger.lead) == (lead, lead.consultant, None)


def test_conversation_of_somebody_who_asked_for_no_messages_found_by_the_sweep_awaits_no_reply():
    conversation = make_conversation()
    Conversation.objects.filter(pk=conversation.pk).update(is_opted_out=True)
    now = timezone.now()
    lead = make_lead(consultant=make_consultant("ana"), reply_due_at=now, waiting_since=now)
    key = "+5511987654321"
    LeadIdentity.objects.create(lead=lead, kind="phone", key=key, shown=key)

    assert follow_assignments() == 1

    lead.refresh_from_db()
    assert lead.opted_out_at is not None
    assert (lead.reply_due_at, lead.waiting_since) == (None, None)


def test_conversation_on_a_consultants_own_line_stays_theirs():
    ana, bia = make_consultant("ana"), make_consultant("bia")
    conversation = make_conversation(line=make_consultant_line(ana))
    lead = make_lead(consultant=bia)
    link_lead(conversation, lead)

    changed(lead, "assigned")

    conversation.refresh_from_db()
    assert conversation.consultant == ana


@pytest.mark.parametrize("has_next", [True, False])
def test_reassignment_nobody_heard_of_is_followed_by_the_sweep(has_next):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    conversation = handed_over(ana)
    conversation.lead.consultant = bia if has_next else None
    conversation.lead.save()

    assert follow_assignments() == 1
    assert follow_assignments() == 0

    conversation.refresh_from_db()
    assert conversation.consultant == conversation.lead.consultant
    assert not Conversation.objects.visible_to(ana.user).exists()


def test_conversation_that_a_manager_took_over_is_left_to_them_by_the_sweep():
    conversation = handed_over(make_consultant("ana"))
    manager = make_manager("rita")
    Consultant.objects.create(user=manager)
    take_over(conversation_id=conversation.pk, user=manager)

    assert follow_assignments() == 0

    conversation.refresh_from_db()
    assert conversation.consultant.user == manager
