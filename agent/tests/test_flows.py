"""The stories, told through the real services with the scripted brain: what the client hears, which rows stand."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from agent import flows, notify
from agent.brains.scripted import ScriptedBrain
from agent.models import AgentTurn, Notification, Playbook, PlaybookVersion
from agent.playbook_library import load_library
from agent.playbooks import publish, version_for_new_dialogue
from leads import clock
from leads.actors import SYSTEM
from leads.models import Assignment, Lead, LeadEvent
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from leads.tests.makers import make_circle, make_consultant, make_statuses
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Line
from whatsapp.payloads import InboundMessage


@pytest.fixture
def ana(db):
    make_statuses()
    playbook = Playbook.objects.create(
        name="Real estate", domain="real_estate", draft=load_library("real_estate"), is_default=True
    )
    publish(playbook)
    ana = make_consultant("ana")
    make_circle(ana)
    return ana


@pytest.fixture
def client(ana):
    with clock.virtual(datetime(2026, 3, 10, 14, tzinfo=UTC)) as virtual:
        yield Client(Line.objects.create(name="Agent", address="whatsapp:+14155238886"), virtual)


class Client:
    """Somebody with a phone. Each thing said is answered before the next one."""

    def __init__(self, line: Line, virtual: clock.VirtualClock) -> None:
        self.line, self.clock = line, virtual

    def says(self, *texts: str) -> "Client":
        for text in texts:
            inbound = InboundMessage(
                sid=f"SM{uuid4().hex}",
                sender="whatsapp:+5511987654321",
                recipient=self.line.address,
                phone="+5511987654321",
                body=text,
            )
            whatsapp.record_inbound(self.line, inbound)
            self.clock.move_to(self.clock.moment + timedelta(seconds=30))
            flows.answer_message(self.conversation.pk, brain=ScriptedBrain())
        return self

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.get(line=self.line)

    @property
    def heard(self) -> list[str]:
        said = self.conversation.messages.filter(direction="out").order_by("seq")
        return list(said.values_list("body", flat=True))


def test_qualified_client_becomes_a_lead_with_a_consultant_and_one_handoff_message(client, ana):
    client.says("Oi, quero comprar um apartamento em Moema", "até 600 mil")
    assert not Lead.objects.exists()
    before = len(client.heard)
    client.says("Meu nome é Rita Lopes")
    conversation, lead = client.conversation, Lead.objects.get()
    assert (conversation.status, conversation.stage) == ("transferred", "qualified")
    assert (conversation.lead, conversation.consultant, lead.consultant) == (lead, ana, ana)
    assert (lead.name, lead.phone, lead.value) == ("Rita Lopes", "+5511987654321", 600000)
    assert lead.slots["location"]["quote"] in "Oi, quero comprar um apartamento em Moema"
    assert len(client.heard) == before + 1
    assert lead.waiting_since is not None
    assert Assignment.objects.get().trigger == "handoff"
    notify.tell_consultants()
    assert Notification.objects.filter(notice__user_id=ana.pk, channel="app").count() == 1


def test_client_of_a_consultant_is_not_answered_by_the_agent(client):
    client.says("quero falar com um corretor")
    heard = len(client.heard)
    client.says("alô?", "tem alguém aí?")
    assert len(client.heard) == heard


def test_client_who_asks_for_a_person_is_handed_over_without_another_question(client):
    client.says("quero falar com um atendente humano, por favor")
    assert client.conversation.handoff_reason == "asked_human"
    assert "?" not in client.heard[-1]


def test_client_for_later_is_kept_as_a_lead_without_a_consultant(client):
    client.says("Quero alugar apartamento em Moema, até 4 mil", "me chamo Bianca, é só para o ano que vem")
    lead = Lead.objects.get()
    assert client.conversation.stage == "nurture"
    assert (lead.consultant, lead.awaits_consultant_since) == (None, None)


def test_client_who_wants_no_more_messages_gets_one_confirmation_and_then_none(client):
    client.says("oi", "por favor não me mandem mais mensagens, me tirem dessa lista")
    conversation = client.conversation
    assert (conversation.stage, conversation.is_opted_out) == ("opted_out", True)
    heard = len(client.heard)
    client.says("ok")
    assert len(client.heard) == heard


def test_client_who_comes_back_after_an_opt_out_in_loose_words_is_served_again(client):
    client.says("oi", "olha n quero mais receber msg de vcs ta", "VOLTAR")
    heard = len(client.heard)
    client.says("quero comprar em Santos")
    assert (client.conversation.stage, client.conversation.is_opted_out) == ("qualifying", False)
    assert len(client.heard) > heard


def test_lead_that_came_by_a_form_shows_what_the_agent_learns(client):
    form = LeadPayload(name="Rita", phone="+5511987654321", slots={"utm": {"value": "x"}})
    lead = receive_lead(payload=form, source=None, actor=SYSTEM, assign=False).lead
    client.says("Oi, quero comprar um apartamento em Moema")
    lead.refresh_from_db()
    assert client.conversation.status == "active"
    assert lead.slots["location"]["value"] == "Moema"
    assert lead.slots["location"]["quote"]
    assert lead.slots["utm"] == {"value": "x"}
    version = lead.version
    client.says("bom dia")
    lead.refresh_from_db()
    assert lead.slots["location"]["value"] == "Moema"
    assert not LeadEvent.objects.filter(lead=lead, kind="handoff").exists()
    assert lead.version > version


def test_client_returned_to_the_agent_is_answered_again(client, ana):
    client.says("quero falar com um atendente")
    whatsapp.return_to_agent(conversation_id=client.conversation.pk, user=ana.user)
    heard = len(client.heard)
    client.says("oi, ainda procuro casa para comprar")
    assert len(client.heard) > heard
    assert client.conversation.status == "active"


def test_each_turn_leaves_a_trace_that_says_why(client):
    client.says("quero comprar casa em Campinas")
    turn = AgentTurn.objects.get()
    assert (turn.outcome, turn.brain, turn.stage_before, turn.stage_after) == (
        "replied",
        "scripted",
        "qualifying",
        "qualifying",
    )
    assert {update["slot"] for update in turn.accepted} >= {"goal", "location"}
    assert all(update["quote"] in "quero comprar casa em Campinas" for update in turn.accepted)


def test_client_who_is_a_lead_already_keeps_card_and_consultant(client, ana):
    client.says("quero falar com um atendente")
    lead = Lead.objects.get()
    whatsapp.return_to_agent(conversation_id=client.conversation.pk, user=ana.user)
    client.says("quero comprar casa em Campinas, até 800 mil, sou a Paula Reis")
    assert Lead.objects.get() == lead
    assert Assignment.objects.filter(outcome="assigned").count() == 1


def republish(**over) -> PlaybookVersion:
    playbook = Playbook.objects.get()
    playbook.draft = playbook.draft | over
    playbook.save()
    return publish(playbook)


def test_conversation_keeps_the_version_it_began_with(client):
    client.says("oi")
    first = Playbook.objects.get().current
    second = republish(company="Casa Sul")
    client.says("quero comprar")
    assert set(AgentTurn.objects.values_list("playbook_version", flat=True)) == {first.pk}
    assert version_for_new_dialogue() == second
    second.snapshot = {}
    with pytest.raises(ValueError, match="never changes"):
        second.save()


def test_client_outside_the_hours_reads_that_the_team_answers_later(client):
    republish(hours={"tue": ["12:00", "18:00"]})
    client.says("quero falar com um corretor")
    assert client.conversation.status == "transferred"
    assert "horário" in client.heard[-1] or "reabrir" in client.heard[-1]


def test_client_whom_a_rule_sends_on_is_handed_over_in_the_playbooks_words(client):
    republish(handoff_if=[{"slot": "goal", "op": "eq", "value": "sell"}])
    client.says("quero vender meu apartamento")
    assert (client.conversation.status, client.conversation.handoff_reason) == ("transferred", "rule")
    assert "pessoa da nossa equipe" in client.heard[-1]


def test_who_stops_is_told_so_in_the_language_they_spoke(client):
    client.says("Hola, busco un departamento en Condesa", "STOP")

    assert client.conversation.language == "es"
    assert client.conversation.messages.filter(direction="out").last().body.startswith("Listo")
