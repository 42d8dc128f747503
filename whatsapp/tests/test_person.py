"""One person, several names at WhatsApp: a hidden number's user id, their phone, the lead that knows both."""

import pytest

from leads.errors import InvalidError
from leads.models import Lead, LeadIdentity
from leads.tests.makers import make_consultant, make_lead, make_manager
from whatsapp import adoption, chat_index, consent, delivery, following, person, sessions, window
from whatsapp.models import ConsentEvent, Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound, send, send_template_to
from whatsapp.services.beginning import begin_conversation
from whatsapp.tests.makers import inbound_form, make_consultant_line, make_line, make_template

pytestmark = pytest.mark.django_db
PHONE, OTHER_PHONE = "+5511987654321", "+5511912345678"
USER_ID = "BR.150257639"
HIDDEN = {"From": f"whatsapp:{USER_ID}", "WaId": "", "ExternalUserId": USER_ID}
BOTH = {"ExternalUserId": USER_ID}
VALUES = {"1": "Marina", "2": "Ana"}


@pytest.fixture
def agents():
    make_template()
    return make_line()


@pytest.fixture
def consultants(agents):
    return make_consultant_line(make_consultant("ana"))


def write(line, text: str, **over) -> Conversation:
    """`over`: by which of their names they write."""
    return record_inbound(
        line, InboundMessage.parse(inbound_form(text, To=line.address, **over))
    ).conversation


def make_lead_known_by(phone: str = "", user_id: str = "") -> Lead:
    lead = make_lead(phone=phone or None)
    for kind, key in (("phone", phone), ("whatsapp_id", user_id)):
        if key:
            LeadIdentity.objects.create(lead=lead, kind=kind, key=key, shown=key)
    return lead


def template_to(line, phone: str = PHONE) -> Message:
    return send_template_to(line=line, phone=phone, template="follow_up", variables=VALUES)


def begin(lead: Lead) -> Message:
    sent = begin_conversation(
        lead_id=lead.pk, user=make_manager("chief"), template="follow_up", variables=VALUES
    )
    return sent.messages[0]


def blocked() -> set[bool]:
    return set(Conversation.objects.values_list("is_opted_out", flat=True))


def test_hidden_number_that_opted_out_is_not_begun_with_by_the_leads_phone(agents, consultants):
    lead = make_lead_known_by(PHONE, USER_ID)
    write(consultants, "parar", **HIDDEN)

    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        begin(lead)

    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("is_on_the_same_line", [True, False])
def test_hidden_number_that_opted_out_gets_no_template_at_the_leads_phone(
    agents, consultants, is_on_the_same_line
):
    make_lead_known_by(PHONE, USER_ID)
    write(agents, "parar", **HIDDEN)

    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        template_to(agents if is_on_the_same_line else consultants)

    assert Message.objects.filter(kind="template").count() == 0


def test_phone_that_opted_out_stays_blocked_where_they_write_hidden(agents, consultants):
    make_lead_known_by(PHONE, USER_ID)
    write(agents, "parar")

    conversation = write(consultants, "Oi", **HIDDEN)

    assert (conversation.client_key, conversation.is_opted_out, conversation.stage) == (
        USER_ID,
        True,
        "opted_out",
    )
    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        send(conversation, ["Olá!"], author="agent")


def test_stranger_who_showed_both_names_once_is_known_by_either_without_a_lead(agents, consultants):
    write(agents, "parar", **BOTH)
    assert write(consultants, "Oi", **HIDDEN).is_opted_out


def test_first_words_that_show_both_names_block_the_hidden_conversation_elsewhere(agents, consultants):
    write(agents, "Oi", **HIDDEN)
    write(consultants, "parar", **BOTH)
    assert blocked() == {True}


def test_opt_out_by_one_name_blocks_and_empties_conversations_by_the_other(agents, consultants):
    lead = make_lead_known_by(PHONE, USER_ID)
    queued = send(write(agents, "Oi"), ["Um momento."], author="agent")[0]

    write(consultants, "parar", **HIDDEN)

    queued.refresh_from_db()
    lead.refresh_from_db()
    assert (queued.status, blocked()) == ("cancelled", {True})
    assert lead.opted_out_at is not None


@pytest.mark.parametrize(("out", "back"), [(HIDDEN, {}), ({}, HIDDEN)])
def test_opt_in_by_either_name_lifts_the_block_of_both(agents, consultants, out, back):
    lead = make_lead_known_by(PHONE, USER_ID)
    write(agents, "Oi", **back)
    write(consultants, "parar", **out)
    assert blocked() == {True}

    write(agents, "voltar", **back)

    lead.refresh_from_db()
    assert (blocked(), lead.opted_out_at) == ({False}, None)
    assert template_to(consultants).status == "queued"


def test_opt_in_counts_where_the_names_were_joined_after_the_opt_out(agents, consultants):
    spoken = write(agents, "Oi")
    write(consultants, "parar", **HIDDEN)
    make_lead_known_by(PHONE, USER_ID)
    spoken.refresh_from_db()
    assert not spoken.is_opted_out

    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        template_to(agents)
    spoken = write(agents, "voltar")

    assert (spoken.is_opted_out, spoken.stage, blocked()) == (False, "qualifying", {False})
    assert template_to(agents).status == "queued"


def test_first_message_that_shows_both_names_blocks_what_stood_open_by_the_other(agents, consultants):
    queued = send(write(consultants, "Oi"), ["Um momento."], author="agent")[0]
    write(agents, "parar", **HIDDEN)
    assert blocked() == {True, False}

    write(agents, "Bom dia", **BOTH)

    queued.refresh_from_db()
    assert (queued.status, blocked()) == ("cancelled", {True})


def test_lead_that_joins_two_names_blocks_what_stood_open_by_the_other(agents, consultants):
    write(agents, "Oi")
    write(consultants, "parar", **HIDDEN)
    lead = make_lead_known_by(PHONE, USER_ID)

    following.claim_conversations(lead.pk)

    lead.refresh_from_db()
    assert (blocked(), lead.opted_out_at is None) == ({True}, False)
    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        send(Conversation.objects.get(line=agents), ["Olá!"], author="agent")


def test_lead_that_joins_two_names_unheard_is_followed_by_the_sweep(agents, consultants):
    write(agents, "Oi")
    write(consultants, "parar", **HIDDEN)
    lead = make_lead_known_by(PHONE, USER_ID)

    assert following.claim_forgotten_conversations() == 2

    lead.refresh_from_db()
    assert (blocked(), lead.opted_out_at is None) == ({True}, False)
    assert following.claim_forgotten_conversations() == 0


def test_lead_that_joins_two_names_lifts_the_block_by_the_one_that_spoke_last(agents, consultants):
    write(agents, "parar")
    write(consultants, "parar", **HIDDEN)
    write(consultants, "voltar", **HIDDEN)
    assert blocked() == {True, False}
    lead = make_lead_known_by(PHONE, USER_ID)

    following.claim_conversations(lead.pk)

    lead.refresh_from_db()
    assert (blocked(), lead.opted_out_at) == ({False}, None)


def test_message_to_a_name_that_was_joined_unheard_is_not_sent(twilio, agents, consultants):
    queued = send(write(agents, "Oi"), ["Um momento."], author="agent")[0]
    write(consultants, "parar", **HIDDEN)
    make_lead_known_by(PHONE, USER_ID)

    delivery.deliver_due(seconds=5)

    queued.refresh_from_db()
    assert (queued.status, queued.error_code) == ("failed", "21610")
    assert queued.body not in twilio.bodies
    assert blocked() == {True}
    assert ConsentEvent.objects.count() == 1


def test_late_opt_out_yields_to_what_they_said_since_by_their_other_name(agents, consultants):
    make_lead_known_by(PHONE, USER_ID)
    first = write(agents, "parar", **HIDDEN)
    ConsentEvent.objects.update(created_at=first.created_at)
    write(agents, "voltar", **HIDDEN)

    old = InboundMessage.parse(inbound_form("parar", To=consultants.address))
    record_inbound(consultants, type(old)(**{**vars(old), "sent_at": first.created_at}))

    assert blocked() == {False}


def test_stranger_who_becomes_a_lead_brings_the_opt_out_by_their_other_name(agents, consultants):
    form = inbound_form("Oi", To=consultants.address, **HIDDEN)
    sessions.take_in(consultants, [InboundMessage.parse(form)])
    write(agents, "parar")
    lead = make_lead_known_by(PHONE, USER_ID)
    [chat] = chat_index.page(consultants.pk)

    assert adoption.adopt(consultants, chat.entry, lead.pk).is_opted_out


def test_opt_out_follows_a_lead_whose_phone_is_no_identity(agents, consultants):
    """As where the number belongs to another lead: the person in front of us is this one all the same."""
    lead = make_lead_known_by(user_id=USER_ID)
    Lead.objects.filter(pk=lead.pk).update(phone=PHONE)
    write(consultants, "parar", **HIDDEN)

    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        begin(lead)


def test_opt_out_of_one_person_says_nothing_of_another(agents, consultants):
    make_lead_known_by(PHONE, USER_ID)
    other = make_lead_known_by(OTHER_PHONE, "BR.77777777")
    write(agents, "Oi", From=f"whatsapp:{OTHER_PHONE}")

    write(agents, "parar", **HIDDEN)

    assert Conversation.objects.get(client_key=OTHER_PHONE).is_opted_out is False
    assert template_to(consultants, OTHER_PHONE).status == "queued"
    assert begin(other).status == "queued"
    assert not write(
        consultants, "Oi", From="whatsapp:BR.77777777", WaId="", ExternalUserId="BR.77777777"
    ).is_opted_out


def test_people_without_a_user_id_are_not_one_person(agents):
    write(agents, "parar")
    assert not write(agents, "Oi", From=f"whatsapp:{OTHER_PHONE}").is_opted_out


def test_keys_of_finds_all_names_over_conversations_and_leads(agents):
    make_lead_known_by(PHONE, "BR.11111111")
    write(agents, "Oi", **BOTH)
    everything = {PHONE, USER_ID, "BR.11111111"}

    assert {key: set(person.keys_of(key)) for key in everything} == dict.fromkeys(everything, everything)
    assert person.keys_of("BR.22222222", "") == ["BR.22222222"]


def test_keys_of_leaves_e_mails_out(agents):
    lead = make_lead_known_by(PHONE)
    LeadIdentity.objects.create(lead=lead, kind="email", key="ana@example.com", shown="x")
    assert person.keys_of(PHONE) == [PHONE]


def test_is_opted_out_takes_one_statement(agents, django_assert_num_queries):
    make_lead_known_by(PHONE, USER_ID)
    write(agents, "parar", **HIDDEN)
    with django_assert_num_queries(1):
        assert consent.is_opted_out(PHONE)


def test_claimed_conversation_is_known_by_the_leads_other_phone(agents, consultants):
    write(consultants, "parar", **HIDDEN)
    lead = make_lead_known_by(PHONE, USER_ID)
    LeadIdentity.objects.create(lead=lead, kind="phone", key=OTHER_PHONE, shown=OTHER_PHONE)
    following.claim_conversations(lead.pk)

    with pytest.raises(InvalidError, match=str(window.OPTED_OUT)):
        template_to(agents, OTHER_PHONE)
