"""Example leads, each made the way a real one is: by a form or by writing to the agent."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from agent import flows
from agent.brains.scripted import ScriptedBrain
from crm.demo import stories
from crm.demo.workspace import AGENT_LINE
from leads import clock
from leads.actors import SYSTEM
from leads.models import Assignment, Lead, LeadEvent, Source
from leads.payload import LeadPayload
from leads.services import board, intake
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import InboundMessage

# How far leads have come, oldest first: (status, share of the leads). Some people know sooner than others
PROGRESS = [
    ("won", 0.05),
    ("lost", 0.05),
    ("proposal", 0.1),
    ("won", 0.05),
    ("lost", 0.05),
    ("proposal", 0.05),
    ("visit", 0.15),
    ("contacted", 0.2),
    ("new", 0.3),
]
BETWEEN_MESSAGES = timedelta(seconds=40)
STILL_WAITING = timedelta(hours=12)
SEED = 20


def make_leads(count: int, report: Callable[[str], None]) -> None:
    """Make `count` example leads unless there are leads already."""
    if Lead.objects.exists():
        return
    dice = random.Random(SEED)  # noqa: S311 - invented people, the same at every run
    statuses = _statuses(count)
    for number in range(count):
        # Ever closer together towards now, as on a board that is in use; of 40 the first came nine days ago
        came_at = timezone.now() - timedelta(hours=0.6 * (count - number) ** 1.6)
        lead = _make_one(number, came_at)
        if lead is not None:
            _bring_to(lead, statuses[number], came_at, dice)
        if number % 10 == 9:
            report(f"{number + 1} of {count} example leads")


def _make_one(number: int, came_at: datetime) -> Lead | None:
    """Every fourth person writes on WhatsApp, the others fill in a form."""
    story, is_form = divmod(number, 4)
    if is_form or story >= len(stories.CONVERSATIONS):
        return _by_form(number, came_at)
    return _by_conversation(stories.CONVERSATIONS[story], number, came_at)


@transaction.atomic
def _by_form(number: int, came_at: datetime) -> Lead:
    form, name = stories.FORMS[number % len(stories.FORMS)], stories.NAMES[number % len(stories.NAMES)]
    payload = LeadPayload(
        name=name,
        phone=_phone(number),
        email=f"{name.split()[0].lower()}{number}@cliente.example",
        message=form["message"],
        product=form["product"],
        city=form["city"],
        value=Decimal(form["value"]) if form["value"] else None,
        attribution={"utm_source": "google", "utm_medium": "cpc", "utm_campaign": form["campaign"]},
    )
    source = Source.objects.get(slug="site")
    lead = intake.receive_lead(payload=payload, source=source, actor=SYSTEM).lead
    _backdate(lead, came_at)
    return lead


@transaction.atomic
def _by_conversation(texts: list[str], number: int, came_at: datetime) -> Lead | None:
    """The real agent answers, in virtual time; its words are marked as read instead of being sent."""
    line = Line.objects.get(address=AGENT_LINE)
    with clock.virtual(came_at) as virtual:
        for text in texts:
            whatsapp.record_inbound(line, _inbound(line, _phone(number), text))
            virtual.move_to(virtual.moment + BETWEEN_MESSAGES)
            conversation = Conversation.objects.get(line=line, client_address=f"whatsapp:{_phone(number)}")
            flows.answer_message(conversation.pk, brain=ScriptedBrain())
        conversation.refresh_from_db()
        lead = conversation.lead
        if lead is not None:
            _backdate(lead, came_at)
            _answer_as_consultant(conversation, number, virtual)
    _mark_as_read(conversation)
    return lead


def _answer_as_consultant(conversation: Conversation, number: int, virtual: clock.VirtualClock) -> None:
    """All but the newest clients have had their answer, after some minutes."""
    lead = conversation.lead
    is_waiting = timezone.now() - virtual.moment < STILL_WAITING
    if lead is None or lead.consultant is None or is_waiting:
        return
    virtual.move_to(virtual.moment + timedelta(minutes=2 + number % 17))
    replies = stories.CONSULTANT_REPLIES.get(lead.language[:2], stories.CONSULTANT_REPLIES["pt"])
    whatsapp.send_as_consultant(
        conversation_id=conversation.pk,
        user=lead.consultant.user,
        body=replies[number // 4 % len(replies)],
    )


def _bring_to(lead: Lead, status: str, came_at: datetime, dice: random.Random) -> None:
    """The consultant works on it: moves it, leaves a note, answers."""
    lead.refresh_from_db()
    if status == "new" or lead.consultant is None:
        return
    user = lead.consultant.user
    board.move_lead(user=user, lead_id=lead.pk, status=status)
    if dice.random() < 0.5:
        board.add_note(user=user, lead_id=lead.pk, text=dice.choice(stories.NOTES))
    worked_at = _worked_at(status, came_at, dice)
    LeadEvent.objects.filter(lead=lead, kind__in=["moved", "note"]).update(created_at=worked_at)
    Lead.objects.filter(pk=lead.pk, status__in=["won", "lost"]).update(closed_at=worked_at)


def _worked_at(status: str, came_at: datetime, dice: random.Random) -> datetime:
    """Within a day or so; who buys, or does not, takes most of the time there was."""
    now = timezone.now()
    if status in ("won", "lost"):
        return came_at + (now - came_at) * dice.uniform(0.5, 0.95)
    return min(came_at + timedelta(hours=dice.uniform(1, 30)), now)


def _mark_as_read(conversation: Conversation) -> None:
    """Before the commit, so that no worker ever sees a message to send."""
    for message in conversation.messages.filter(direction=Message.Direction.OUT):
        message.status, message.sid = Message.Status.READ, f"SM{uuid4().hex}"
        message.save(update_fields=["status", "sid"])


def _backdate(lead: Lead, came_at: datetime) -> None:
    """Of long ago: nobody is reminded of it now, and no model is paid to judge an invented person."""
    Lead.objects.filter(pk=lead.pk).update(
        created_at=came_at,
        assigned_at=came_at,
        reply_due_at=None,
        reminded_at=None,
        refinement=Lead.Refinement.DONE,
    )
    LeadEvent.objects.filter(lead=lead).update(created_at=came_at)
    Assignment.objects.filter(lead=lead).update(created_at=came_at, notice=Assignment.Notice.TOLD)


def _inbound(line: Line, phone: str, text: str) -> InboundMessage:
    return InboundMessage(
        sid=f"SM{uuid4().hex}",
        sender=f"whatsapp:{phone}",
        recipient=line.address,
        phone=phone,
        body=text,
    )


def _phone(number: int) -> str:
    return f"+55119900{number:05d}"


def _statuses(count: int) -> list[str]:
    """One status for each lead, oldest first; whoever is left over is new."""
    statuses = [slug for slug, share in PROGRESS for _ in range(round(share * count))]
    return (statuses + ["new"] * count)[:count]
