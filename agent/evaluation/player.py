"""Plays one dialogue: the same services as the webhook and the desk use, in virtual time."""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.forms.models import model_to_dict

from agent import flows, turns
from agent.brains.protocol import Brain, BrainReply, Context, TurnInput
from agent.evaluation.dialogues import Dialogue, Step
from agent.evaluation.stage_set import World, begin_dialogue, build
from agent.models import AgentTurn
from leads import clock
from leads.clock import VirtualClock
from leads.models import Lead, LeadEvent
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services.opening import open_conversation

# Failures of the endpoint, not of what the model wrote.
UNREACHABLE = frozenset(
    {"timeout", "connection", "rate_limited", "server", "quota", "auth", "config", "breaker_open"}
)
THINKING_TIME = timedelta(seconds=2)
GAP_AFTER_REPLY = timedelta(seconds=20)
GAP_AFTER_SILENCE = timedelta(seconds=30)
MEDIA_TYPES = {
    "audio": "audio/ogg",
    "image": "image/jpeg",
    "document": "application/pdf",
    "sticker": "image/webp",
}


@dataclass
class Run:
    """What one play of a dialogue left behind, in the report's shape."""

    id: str
    slots: dict[str, Any] = field(default_factory=dict)
    stage: str = "qualifying"
    handoff: bool = False
    reason: str | None = None
    agent_messages: list[dict[str, Any]] = field(default_factory=list)
    leads_created: int = 0
    stored_text: str = ""
    infra_error: bool = False
    model_failures: list[str] = field(default_factory=list)


def play(dialogue: Dialogue, snapshot: dict, brain: Brain) -> Run:
    """Play the dialogue in a transaction that is rolled back: nothing of it stays, nothing is sent."""
    with transaction.atomic(), clock.virtual(dialogue.starts_at) as virtual:
        run = Player(dialogue, build(dialogue, snapshot), brain, virtual).play()
        transaction.set_rollback(True)
    return run


class Player:
    """One dialogue under way. It is also the brain that the engine sees: thinking takes virtual time,
    and messages that arrive meanwhile are taken in while it thinks."""

    def __init__(self, dialogue: Dialogue, world: World, brain: Brain, virtual: VirtualClock) -> None:
        self.dialogue, self.world, self.brain, self.clock = dialogue, world, brain, virtual
        self.arrivals: deque[tuple[datetime, Step]] = deque()
        self.begun: Conversation | None = None
        self.run = Run(dialogue.id)
        self.burst, self.seen_seq = 0, 0
        self.has_heard = False
        self.last_event: str | None = None

    def play(self) -> Run:
        for number, burst in enumerate(self.dialogue.bursts):
            self.burst = number
            self._schedule(burst)
            self._drain()
            spoke = any(message["after_burst"] == number for message in self.run.agent_messages)
            self.clock.move_to(self.clock.moment + (GAP_AFTER_REPLY if spoke else GAP_AFTER_SILENCE))
        return self._report()

    def respond(self, turn: TurnInput) -> BrainReply:
        reply = self.brain.respond(replace(turn, context=self._context(turn.context)))
        self._take_in_until(self.clock.moment + THINKING_TIME)
        return reply

    @property
    def conversation(self) -> Conversation:
        """The client's; begun by us where staff acts before the client has written."""
        if self.begun is None:
            self.begun = open_conversation(self.world.line, self.world.client_number)
            begin_dialogue(self.world, self.begun)
        return self.begun

    def _schedule(self, burst: Iterable[Step]) -> None:
        moment = self.clock.moment
        for position, step in enumerate(burst):
            moment += step.gap if position else timedelta()
            self.arrivals.append((moment, step))

    def _drain(self) -> None:
        """Let time pass until every message has arrived and nothing is owed any more."""
        while True:
            due = self._due_at()
            if self.arrivals and (due is None or self.arrivals[0][0] <= due):
                self._take_in_until(self.arrivals[0][0])
            elif due is None:
                return
            else:
                self.clock.move_to(due)
                said = flows.answer_message(self.conversation.pk, brain=self)
                self._collect_replies()
                if not said and self._due_at() == due:
                    return

    def _due_at(self) -> datetime | None:
        """When the engine owes an answer; None when it owes none, or is paused."""
        if self.begun is None:
            return None
        owed = Conversation.objects.unanswered().filter(pk=self.conversation.pk).first()
        paused = owed and owed.dialogue.paused_until
        return turns.due_at(owed) if owed and not (paused and paused > self.clock.moment) else None

    def _take_in_until(self, moment: datetime) -> None:
        while self.arrivals and self.arrivals[0][0] <= moment:
            at, step = self.arrivals.popleft()
            self.clock.move_to(at)
            self._happen(step)
        self.clock.move_to(moment)

    def _happen(self, step: Step) -> None:
        if step.event:
            self.last_event = step.event
            self._act(step)
            return
        message = whatsapp.record_inbound(self.world.line, self._inbound(step))
        if message is not None:
            self.begun, self.has_heard = message.conversation, True
            if step.details:
                message.details |= step.details
                message.save(update_fields=["details"])
            begin_dialogue(self.world, message.conversation)
        self._collect_replies()

    def _act(self, step: Step) -> None:
        """Staff does something, through the services that the desk calls."""
        user, conversation_id = self.world.consultant.user, self.conversation.pk
        Conversation.objects.filter(pk=conversation_id, consultant=None).update(
            consultant=self.world.consultant
        )
        if step.event == "human_reply" and not self.has_heard:
            # Before the client writes only a template may go out; whoever sent it has the conversation.
            whatsapp.take_over(conversation_id=conversation_id, user=user)
        elif step.event == "human_reply":
            whatsapp.send_as_consultant(conversation_id=conversation_id, user=user, body=step.text)
        elif step.event == "returned_to_agent":
            whatsapp.return_to_agent(conversation_id=conversation_id, user=user)
        elif step.event == "handoff_done":
            whatsapp.take_over(conversation_id=conversation_id, user=user)

    def _inbound(self, step: Step) -> InboundMessage:
        kind = "text" if step.kind == "text" else step.kind
        media = (
            ({"url": "", "content_type": MEDIA_TYPES[kind], **step.details},) if kind in MEDIA_TYPES else ()
        )
        return InboundMessage(
            sid=f"SM{uuid4().hex}" if not step.sid else f"{step.sid}-{self.world.line.pk}",
            sender=f"whatsapp:{self.world.client_number}",
            recipient=self.world.line.address,
            phone=self.world.client_number,
            kind=kind,
            body=step.text,
            media=media,
        )

    def _context(self, given: Context) -> Context:
        zone = ZoneInfo(self.dialogue.timezone)
        return replace(
            given,
            country=self.dialogue.country,
            currency=self.dialogue.currency,
            timezone=self.dialogue.timezone,
            now=self.clock.moment.astimezone(zone),
        )

    def _collect_replies(self) -> None:
        if self.begun is None:
            return
        said = self.conversation.messages.filter(direction=Message.Direction.OUT, seq__gt=self.seen_seq)
        for message in said.exclude(author=Message.Author.CONSULTANT).order_by("seq"):
            self.seen_seq = message.seq
            self.run.agent_messages.append(
                {"text": message.body, "after_burst": self.burst, "after_event": self.last_event}
            )

    def _report(self) -> Run:
        run, conversation = (
            self.run,
            Conversation.objects.select_related("dialogue").get(pk=self.conversation.pk),
        )
        leads = list(Lead.objects.filter(conversations=conversation))
        events = list(LeadEvent.objects.filter(lead__in=leads).order_by("id"))
        handoffs = [event for event in events if event.kind == LeadEvent.Kind.HANDOFF]
        taken = AgentTurn.objects.filter(conversation=conversation)
        memory = conversation.dialogue.memory
        run.slots = {key: slot["value"] for key, slot in memory.get("slots", {}).items()}
        run.stage, run.handoff = conversation.stage, bool(handoffs)
        run.reason = handoffs[-1].data["reason"] if handoffs else None
        run.leads_created = len(leads)
        run.model_failures = [turn.failure for turn in taken if turn.failure]
        run.infra_error = any(failure in UNREACHABLE for failure in run.model_failures)
        stored = [memory, *map(model_to_dict, leads), *(event.data for event in events)]
        stored += [[turn.accepted, turn.rejected, turn.trace] for turn in taken]
        run.stored_text = json.dumps(stored, default=str, ensure_ascii=False)
        return run
