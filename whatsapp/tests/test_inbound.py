"""A client's message becomes one row, in order, whatever happens at the same instant."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from leads import clock
from leads.models import LeadIdentity
from leads.tests.makers import make_consultant, make_lead
from whatsapp.models import ConsentEvent, Conversation, Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound, return_to_agent, send, transfer
from whatsapp.tests.makers import CLIENT, inbound_form, make_consultant_line, make_conversation, make_line

pytestmark = pytest.mark.django_db


def parsed(body="Oi", **over):
    return InboundMessage.parse(inbound_form(body, **over))


def make_lead_with_phone():
    lead = make_lead(phone="+5511987654321")
    LeadIdentity.objects.create(lead=lead, kind="phone", key="+5511987654321", shown=lead.phone)
    return lead


def test_record_inbound_first_message_opens_a_conversation():
    line = make_line()

    message = record_inbound(line, parsed("Olá, quero um apartamento"))

    conversation = message.conversation
    assert conversation.client_key == "+5511987654321"
    assert conversation.profile_name == "Cliente Teste"
    assert (conversation.last_seq, conversation.last_inbound_seq, conversation.answered_seq) == (1, 1, 0)
    assert conversation.burst_started_at >= conversation.last_inbound_at
    assert message.status == Message.Status.RECEIVED
    assert message.details["MessageType"] == "text"


def test_record_inbound_same_sid_again_changes_nothing():
    line, inbound = make_line(), parsed()
    record_inbound(line, inbound)

    assert record_inbound(line, inbound) is None
    assert Message.objects.count() == 1
    assert Conversation.objects.get().last_seq == 1


def test_record_inbound_brazilian_twin_spelling_finds_the_same_conversation():
    line = make_line()
    record_inbound(line, parsed(From="whatsapp:+5511987654321"))
    record_inbound(line, parsed(From="whatsapp:+551187654321"))

    conversation = Conversation.objects.get()
    assert conversation.client_address == "whatsapp:+551187654321"
    assert conversation.last_inbound_seq == 2


def test_record_inbound_hidden_number_later_finds_the_same_conversation():
    line = make_line()
    record_inbound(line, parsed(ExternalUserId="whatsapp:BR.150257639"))
    record_inbound(
        line, parsed(From="whatsapp:BR.150257639", WaId="", ExternalUserId="whatsapp:BR.150257639")
    )

    conversation = Conversation.objects.get()
    assert conversation.client_key == "+5511987654321"
    assert conversation.client_address == "whatsapp:BR.150257639"


def test_record_inbound_user_without_number_later_shows_it_keeps_the_conversation():
    line = make_line()
    record_inbound(line, parsed(From="", WaId="", ExternalUserId="BR.150257639"))
    record_inbound(line, parsed(ExternalUserId="BR.150257639"))

    assert Conversation.objects.get().client_key == "+5511987654321"


def test_record_inbound_known_lead_is_linked_and_waits():
    lead = make_lead(phone="+5511987654321")
    LeadIdentity.objects.create(lead=lead, kind="phone", key="+5511987654321", shown=lead.phone)

    make_conversation(body="Alguém aí?")

    lead.refresh_from_db()
    assert Conversation.objects.get().lead == lead
    assert (lead.last_message, lead.unread_count) == ("Alguém aí?", 1)
    assert lead.waiting_since is not None


def test_record_inbound_on_transferred_conversation_owes_the_agent_nothing():
    conversation = make_conversation()
    consultant = make_consultant()
    transfer(conversation, consultant=consultant, reason="qualified")

    record_inbound(conversation.line, parsed("E o preço?"))

    conversation.refresh_from_db()
    assert conversation.answered_seq == conversation.last_inbound_seq == 2
    assert not Conversation.objects.unanswered().exists()


def test_record_inbound_ad_referral_of_the_first_message_is_kept():
    line = make_line()
    record_inbound(
        line, parsed(ReferralSourceId="118588094077142", ReferralCtwaClid="ARAk", ReferralNumMedia="0")
    )
    record_inbound(line, parsed("e aí"))

    assert Conversation.objects.get().referral == {
        "ReferralSourceId": "118588094077142",
        "ReferralCtwaClid": "ARAk",
    }


def test_record_inbound_opens_the_window_that_whatsapp_had_closed():
    conversation = make_conversation()
    Conversation.objects.update(window_closed_early=True)

    record_inbound(conversation.line, parsed())

    conversation.refresh_from_db()
    assert conversation.window_closes_at is not None


def test_record_inbound_closed_conversation_opens_again_for_the_agent():
    conversation = make_conversation()
    Conversation.objects.update(status="closed", answered_seq=1)

    record_inbound(conversation.line, parsed("voltei"))

    conversation.refresh_from_db()
    assert (conversation.status, conversation.context_start_seq) == ("active", 1)
    assert Conversation.objects.unanswered().exists()


@pytest.mark.parametrize(
    "text", ["PARAR", "Parar.", " SAIR ", "stop!", "Não quero receber mensagens", "Baja"]
)
def test_record_inbound_opt_out_phrase_blocks_and_confirms_once(text):
    conversation = make_conversation(body=text)
    record_inbound(conversation.line, parsed(text))

    conversation.refresh_from_db()
    assert conversation.is_opted_out
    assert conversation.stage == Conversation.Stage.OPTED_OUT
    assert Message.objects.filter(direction="out", author="system").count() == 1
    assert ConsentEvent.objects.get().evidence == text
    assert not Conversation.objects.unanswered().exists()


@pytest.mark.parametrize(
    "text", ["não quero parar", "parar de pagar aluguel", "quero sair do aluguel", "ponto stop"]
)
def test_record_inbound_phrase_within_a_sentence_is_no_opt_out(text):
    conversation = make_conversation(body=text)

    assert not conversation.is_opted_out
    assert Conversation.objects.unanswered().exists()


def test_record_inbound_opt_in_after_opt_out_lifts_the_block_on_every_line():
    conversation = make_conversation(body="PARAR")
    other = make_conversation(line=make_line(name="Second", address="whatsapp:+14155238887"))
    assert other.is_opted_out

    record_inbound(conversation.line, parsed("VOLTAR"))

    kinds = ConsentEvent.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["opt_out", "opt_in"]
    assert not Conversation.objects.filter(is_opted_out=True).exists()
    assert "voltou a receber" in conversation.messages.order_by("-seq").first().body
    assert not Conversation.objects.unanswered().filter(pk=conversation.pk).exists()
    record_inbound(conversation.line, parsed("quero comprar uma casa"))
    assert Conversation.objects.unanswered().filter(pk=conversation.pk).exists()


def test_record_inbound_opt_out_of_a_lead_is_on_its_timeline():
    lead = make_lead_with_phone()

    make_conversation(body="SAIR")

    assert lead.events.get(kind="consent").data == {"consent": {"whatsapp": "opt_out"}}


def test_record_inbound_opt_out_ends_the_wait_and_later_words_begin_none():
    lead = make_lead_with_phone()
    conversation = make_conversation(body="quero falar com alguém")
    transfer(conversation, consultant=make_consultant(), reason="asked_human")
    lead.refresh_from_db()
    assert lead.waiting_since

    record_inbound(conversation.line, parsed("PARAR"))
    lead.refresh_from_db()
    assert lead.waiting_since is None

    record_inbound(conversation.line, parsed("não quero nada"))
    lead.refresh_from_db()
    assert (lead.waiting_since, lead.last_message) == (None, "não quero nada")


def test_record_inbound_opt_out_on_one_line_ends_the_wait_of_every_line():
    conversation = make_conversation(body="Oi")
    lead = make_lead(waiting_since=clock.now())
    other = make_conversation(line=make_line(name="Second", address="whatsapp:+14155238887"))
    Conversation.objects.filter(pk=other.pk).update(lead=lead)

    record_inbound(conversation.line, parsed("PARAR"))

    lead.refresh_from_db()
    assert lead.waiting_since is None


def test_record_inbound_opt_in_gives_the_consultant_the_stage_back_and_confirms_once():
    lead = make_lead_with_phone()
    conversation = make_conversation()
    Conversation.objects.filter(pk=conversation.pk).update(stage="qualified", status="transferred")
    record_inbound(conversation.line, parsed("PARAR"))
    record_inbound(conversation.line, parsed("PARAR"))

    record_inbound(conversation.line, parsed("VOLTAR"))
    record_inbound(conversation.line, parsed("VOLTAR"))

    conversation.refresh_from_db()
    assert (conversation.is_opted_out, conversation.stage) == (False, "qualified")
    ours = Message.objects.filter(direction="out").order_by("seq").values_list("body", flat=True)
    assert list(ours)[1:] == ["Pronto: você voltou a receber nossas mensagens. Como podemos ajudar?"]
    lead.refresh_from_db()
    assert lead.waiting_since


def test_record_inbound_opt_in_gives_the_stage_back_on_other_lines_of_consultants_alone():
    conversation = make_conversation()
    Conversation.objects.filter(pk=conversation.pk).update(stage="nurture", status="transferred")
    other = make_conversation(line=make_line(name="Second", address="whatsapp:+14155238887"), body="PARAR")

    record_inbound(other.line, parsed("VOLTAR", To=other.line.address))

    conversation.refresh_from_db()
    other.refresh_from_db()
    assert (conversation.stage, other.stage) == ("nurture", "qualifying")
    assert not conversation.is_opted_out
    assert Message.objects.filter(direction="out", conversation=other).count() == 2


@pytest.mark.parametrize("author", ["agent", "consultant", "system"])
def test_record_inbound_opt_out_drops_whatever_was_queued(author):
    conversation = make_conversation()
    send(conversation, ["Qual o seu nome?"], author=author)

    record_inbound(conversation.line, parsed("parar"))

    said = Message.objects.filter(direction="out").order_by("seq")
    assert list(said.values_list("author", "status", "is_last_word")) == [
        (author, "cancelled", False),
        ("system", "queued", True),
    ]


@pytest.mark.parametrize(
    ("line", "confirmation"),
    [
        ({"default_language": "es"}, "Listo"),
        ({"default_language": "es", "default_country": "US"}, "Listo"),
        ({"default_country": "BR"}, "Pronto"),
        ({"default_country": "US"}, "Done"),
    ],
)
def test_record_inbound_opt_out_in_any_language_is_confirmed_in_the_lines_or_its_countrys(line, confirmation):
    record_inbound(make_line(**line), parsed("STOP"))

    assert Message.objects.get(direction="out").body.startswith(confirmation)


def test_record_inbound_opt_out_is_confirmed_in_the_language_that_the_conversation_speaks():
    conversation = make_conversation(line=make_line(default_language="pt-BR"))
    Conversation.objects.update(language="es")

    record_inbound(conversation.line, parsed("STOP"))

    assert Message.objects.get(direction="out").body.startswith("Listo")


def test_record_inbound_opt_out_drops_what_was_queued_on_our_other_lines():
    elsewhere = make_conversation(line=make_line(name="Second", address="whatsapp:+14155238887"))
    somebody_else = make_conversation(WaId="5511900000001", From="whatsapp:+5511900000001")
    for conversation in (elsewhere, somebody_else):
        send(conversation, ["Ainda procura?"], author="agent")

    make_conversation(body="PARAR")

    assert elsewhere.messages.get(direction="out").status == "cancelled"
    assert somebody_else.messages.get(direction="out").status == "queued"


def test_record_inbound_on_a_consultants_line_belongs_to_the_consultant():
    consultant = make_consultant()
    line = make_consultant_line(consultant)

    message = record_inbound(line, parsed(To=line.address))

    assert message.conversation.status == Conversation.Status.TRANSFERRED
    assert message.conversation.consultant == consultant


def test_return_to_agent_with_pending_leaves_the_last_words_to_the_agent():
    manager = make_consultant().user
    manager.is_superuser = True
    manager.save()
    conversation = make_conversation()
    transfer(conversation, consultant=None, reason="asked_human")
    record_inbound(conversation.line, parsed("tem alguém?"))

    return_to_agent(conversation_id=conversation.pk, user=manager, answer_pending=True)

    assert Conversation.objects.unanswered().get().answered_seq == 0


@pytest.mark.django_db(transaction=True)
def test_record_inbound_twenty_times_at_once_makes_one_message():
    line = make_line()
    inbound = parsed()

    results = in_parallel(lambda: record_inbound(line, inbound), 20)

    assert sum(result is not None for result in results) == 1
    assert Message.objects.count() == Conversation.objects.count() == 1
    assert Conversation.objects.get().last_seq == 1


@pytest.mark.django_db(transaction=True)
def test_record_inbound_twenty_first_messages_at_once_share_one_conversation_in_sequence():
    line = make_line()
    texts = iter([parsed(str(number)) for number in range(20)])

    in_parallel(lambda: record_inbound(line, next(texts)), 20)

    assert Conversation.objects.get().last_inbound_seq == 20
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 21))


def in_parallel(call, times: int) -> list:
    def run(_):
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=10) as pool:
        return list(pool.map(run, range(times)))


def test_record_inbound_known_conversation_needs_few_statements(django_assert_max_num_queries):
    conversation = make_conversation()
    line = Line.objects.get()
    with django_assert_max_num_queries(8):
        record_inbound(line, parsed())
    assert conversation.client_address == CLIENT
    assert connection.vendor == "postgresql"
