"""Trying a playbook: the real engine on rows that are rolled back. No phone rings and no lead stays.

The transcript lives with whoever tries (a session), so that nothing has to be cleaned up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agent import explaining, flows, turns
from agent.brain_choice import choose_brain
from agent.brains.protocol import Brain, BrainReply, TurnInput
from agent.brains.scripted import ScriptedBrain
from agent.budget import Budget
from agent.evaluation.dialogues import Dialogue
from agent.evaluation.stage_set import World, begin_dialogue, build
from agent.models import AgentTurn, Playbook
from agent.models import Dialogue as AgentDialogue
from agent.thinking import CURRENCIES
from leads import clock
from leads.clock import VirtualClock
from leads.errors import InvalidError
from leads.models import Lead
from leads.slot_lines import slot_lines
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import InboundMessage

LONGEST_TEXT = 1000
# The transcript is kept in the session, which is written anew with each message
MOST_LINES = 200


@dataclass
class Trial:
    """One conversation with a draft, JSON-ready. `lines` are `{author, text, why}`; `why` as `agent.explaining`
    tells it, beside the last words of a turn."""

    brain: str
    snapshot: dict[str, Any]
    memory: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    stage: str = Conversation.Stage.QUALIFYING
    is_transferred: bool = False
    lines: list[dict[str, Any]] = field(default_factory=list)
    lead: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class _HeardError(Exception):
    """Ends a rehearsal of the turn once it is known what the brain would be asked."""

    def __init__(self, turn: TurnInput) -> None:
        super().__init__()
        self.turn = turn


class _Listener:
    def respond(self, turn: TurnInput) -> BrainReply:
        raise _HeardError(turn)


@dataclass(frozen=True)
class _Ready:
    """A brain that has thought already."""

    reply: BrainReply

    def respond(self, turn: TurnInput) -> BrainReply:
        return self.reply


def begin(playbook: Playbook, brain: str) -> Trial:
    """With the draft as it is now: edits made later count in the next trial."""
    return Trial(brain=brain, snapshot=playbook.draft)


def say(playbook: Playbook, trial: Trial, text: str) -> Trial:
    """One message of the client and what the agent makes of it. Thinks outside the transaction, acts inside one."""
    text = text.strip()[:LONGEST_TEXT]
    if not text:
        raise InvalidError(_("Write something first."))
    if trial.is_transferred or len(trial.lines) >= MOST_LINES:
        trial.lines.append({"author": "client", "text": text, "why": None})
        return trial
    # Twice through the engine: first to learn what the brain is asked, then with its answer. The model would
    # otherwise think inside an open transaction, with rows of the trial locked
    turn = _heard(playbook, trial, text)
    brain: Brain = _Listener() if turn is None else _Ready(_brain(playbook, trial).respond(turn))
    with _staged(playbook, trial) as stage:
        stage.says(text, brain)
        stage.write_down(text)
    return trial


def _heard(playbook: Playbook, trial: Trial, text: str) -> TurnInput | None:
    """What the brain would be asked; None where the engine needs no brain, as for an opt-out."""
    with _staged(playbook, trial) as stage:
        try:
            stage.says(text, _Listener())
        except _HeardError as heard:
            return heard.turn
    return None


def _brain(playbook: Playbook, trial: Trial) -> Brain:
    return choose_brain(Budget(playbook=playbook)) if trial.brain == "llm" else ScriptedBrain()


@contextmanager
def _staged(playbook: Playbook, trial: Trial) -> Iterator["_Stage"]:
    with transaction.atomic(), clock.virtual(timezone.now()) as virtual:
        yield _Stage(playbook, trial, virtual)
        # Also what waits for the commit is dropped with it, so that no task is queued and no provider called
        transaction.set_rollback(True)


class _Stage:
    """The trial's conversation as rows, for as long as one message takes."""

    def __init__(self, playbook: Playbook, trial: Trial, virtual: VirtualClock) -> None:
        self.trial, self.clock = trial, virtual
        self.world = build(_setting(playbook), trial.snapshot, playbook)
        self.conversation = self._conversation()

    def says(self, text: str, brain: Brain) -> None:
        whatsapp.record_inbound(self.world.line, _message(self.world, text))
        self.conversation.refresh_from_db()
        self.clock.move_to(turns.due_at(self.conversation))
        flows.answer_message(self.conversation.pk, brain=brain)

    def write_down(self, text: str) -> None:
        """Take over into the trial what stands in the rows now."""
        trial, before = self.trial, len(self.trial.lines)
        dialogue = AgentDialogue.objects.select_related("conversation").get(pk=self.conversation.pk)
        trial.memory, trial.language = dialogue.memory, dialogue.language
        trial.stage = dialogue.conversation.stage
        trial.is_transferred = not dialogue.conversation.is_agents
        trial.lines.append({"author": "client", "text": text, "why": None})
        # One more than before, for the client's own message
        said = dialogue.conversation.messages.filter(seq__gt=before + 1).order_by("seq")
        trial.lines += [{"author": message.author, "text": message.body, "why": None} for message in said]
        if turn := AgentTurn.objects.filter(conversation=dialogue.conversation).first():
            trial.lines[-1]["why"] = explaining.explain(turn) | {"playbook": _("the draft")}
        trial.lead = _lead_of(dialogue.conversation)

    def _conversation(self) -> Conversation:
        first = _message(self.world, "")
        count = len(self.trial.lines)
        conversation = Conversation.objects.create(
            line=self.world.line,
            client_key=first.client_key,
            client_address=first.sender,
            stage=self.trial.stage,
            last_seq=count,
            last_inbound_seq=count,
            answered_seq=count,
            last_inbound_at=clock.now(),
        )
        Message.objects.bulk_create(
            _spoken(conversation, seq, line) for seq, line in enumerate(self.trial.lines, start=1)
        )
        begin_dialogue(self.world, conversation)
        AgentDialogue.objects.filter(pk=conversation.pk).update(
            memory=self.trial.memory, language=self.trial.language
        )
        return conversation


def _setting(playbook: Playbook) -> Dialogue:
    """The country of the company's own line, and now."""
    country = (
        Line.objects.filter(kind=Line.Kind.AGENT).values_list("default_country", flat=True).first() or "BR"
    )
    return Dialogue(
        id="trial",
        domain=playbook.domain,
        language="",
        country=country,
        currency=CURRENCIES.get(country, "USD"),
        timezone=settings.TIME_ZONE,
        starts_at=clock.now(),
        bursts=[],
        expected={},
    )


def _message(world: World, text: str) -> InboundMessage:
    return InboundMessage(
        sid=f"SM{uuid4().hex}",
        sender=f"whatsapp:{world.client_number}",
        recipient=world.line.address,
        phone=world.client_number,
        body=text,
    )


def _spoken(conversation: Conversation, seq: int, line: dict[str, Any]) -> Message:
    is_clients = line["author"] == Message.Author.CLIENT
    return Message(
        conversation=conversation,
        seq=seq,
        direction=Message.Direction.IN if is_clients else Message.Direction.OUT,
        author=line["author"],
        body=line["text"],
        sid=f"SM{uuid4().hex}" if is_clients else None,
        status=Message.Status.RECEIVED if is_clients else Message.Status.SENT,
        created_at=clock.now() - timedelta(seconds=1),
    )


def _lead_of(conversation: Conversation) -> dict[str, Any] | None:
    """What the consultant would get."""
    lead = Lead.objects.filter(conversations=conversation).first()
    if lead is None:
        return None
    return {
        "name": lead.name,
        "temperature": str(lead.get_temperature_display()),
        "score": lead.score,
        "slots": slot_lines(lead),
    }
