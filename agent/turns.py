"""One reply in flight per conversation; every inbound message covered exactly once.

`claim` takes the lease, `Claim.settle` decides inside one transaction whether the reply thought out
meanwhile may still be said. The checks at the commit give safety, the lease gives economy, and the
sweep (`due_conversations`) gives liveness. Nothing here talks to a model or to a phone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from agent.models import AgentTurn, Dialogue
from agent.playbooks import frozen_version, version_for_new_dialogue
from leads import clock, prepared
from whatsapp import consent
from whatsapp.models import Conversation, Line, Message

# Longer than the slowest turn, 5 s for a voice note and 18 s for the model: a lease that lapses earlier
# has two workers think about the same burst, of which one is paid for nothing
LEASE = timedelta(seconds=30)
# A client who never pauses is answered in mid-stream after this long
LONGEST_HOLD = timedelta(seconds=25)
MAX_RESTARTS = 2
# A message that was taken in later than this was held up on its way to us
TAKEN_IN_WITHIN = timedelta(seconds=1)
_BURST = "own.conversation_id = %s AND own.direction = 'in' AND own.seq BETWEEN %s AND %s ORDER BY own.seq"
# What settling says of a turn: its end, and what `outcomes` has noted of the decision until then.
SETTLED_TURN = (
    "outcome", "ended_at", "latency_ms", "brain", "stage_after", "intent", "accepted", "rejected", "violations",
    "failure", "input_tokens", "output_tokens", "trace", "said_from", "said_to",
)  # fmt: skip
SETTLED_CONVERSATION = ("stage", "language", "answered_seq", "burst_started_at", "updated_at")
LEASE_FIELDS = ("lease_token", "lease_until")
SETTLED_DIALOGUE = ("memory", "language", "paused_until", *LEASE_FIELDS)


@dataclass(frozen=True)
class Claim:
    """The right to answer messages `first_seq` to `covers` of one conversation, while the lease lasts."""

    conversation: Conversation
    dialogue: Dialogue
    turn: AgentTurn
    token: UUID
    epoch: int
    first_seq: int
    covers: int
    claimed_at: datetime
    restarts: int = 0
    burst: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """What may become of a reply. `again` is the renewed claim when it must be thought out anew."""

    outcome: str
    conversation: Conversation
    dialogue: Dialogue
    again: Claim | None = None


def due_at(conversation: Conversation) -> datetime:
    """When the burst is answered: a pause after its last message, but never held longer than `LONGEST_HOLD`.

    Old messages that come all at once, after an outage, are a burst from when the first was taken in.
    """
    began = conversation.burst_started_at or clock.now()
    last = conversation.last_inbound_at or began
    if began - last > TAKEN_IN_WITHIN:
        last = began
    return min(last + timedelta(seconds=settings.AGENT_DEBOUNCE_SECONDS), began + LONGEST_HOLD)


def due_conversations(limit: int = 100) -> list[UUID]:
    """Conversations with an answer owed that nobody is working on: what a lost task left behind."""
    now = clock.now()
    # A client's first message has no dialogue yet: a plain comparison with its columns would leave it out
    idle = Q(dialogue=None) | Q(dialogue__lease_until=None) | Q(dialogue__lease_until__lt=now)
    awake = Q(dialogue=None) | Q(dialogue__paused_until=None) | Q(dialogue__paused_until__lt=now)
    owed = Conversation.objects.unanswered().filter(idle, awake, line__kind="agent")
    due = owed.filter(last_inbound_at__lte=now - timedelta(seconds=settings.AGENT_DEBOUNCE_SECONDS))
    return list(due.order_by("last_inbound_at").values_list("pk", flat=True)[:limit])


@transaction.atomic
def claim(conversation_id: UUID | str) -> Claim | None:
    """Take the lease, if an answer is due and nobody holds it. None: nothing to do now."""
    conversation = _lock(conversation_id)
    if conversation is None or not _is_owed(conversation):
        return None
    dialogue = _dialogue_of(conversation)
    # Read after the row lock: who waited for it must not judge the lease by a moment that is past
    now = clock.now()
    if dialogue is None or _is_busy(dialogue, now) or now < due_at(conversation):
        return None
    return _lease(conversation, dialogue, claimed_at=now)


@contextmanager
def settle(claim: Claim, *, is_for_all_lines: bool = False) -> Iterator[Verdict]:
    """One transaction, the conversation locked: may the reply to `claim` still be said? `is_for_all_lines`: it
    changes every conversation with this client, so all are held.

    With outcome `replied` the block writes the reply; with any other the block writes nothing, and
    `again`, where there is one, is to be thought out anew. What the block sets of the turn, of the stage
    and of the dialogue's memory is saved with the end.
    """
    with transaction.atomic():
        if is_for_all_lines:
            consent.hold_person(claim.conversation)
        conversation = _lock(claim.conversation.pk, claim.conversation.line)
        dialogue = _known_dialogue(claim.conversation.pk)
        if conversation is None or dialogue is None:
            raise Conversation.DoesNotExist
        verdict = _judge(claim, conversation, dialogue)
        yield verdict
        claim.turn.outcome, claim.turn.ended_at = verdict.outcome, clock.now()
        if verdict.outcome == AgentTurn.Outcome.REPLIED:
            _cover(claim, conversation, dialogue)
        else:
            prepared.update(claim.turn, SETTLED_TURN)


def _judge(claim: Claim, conversation: Conversation, dialogue: Dialogue) -> Verdict:
    """In this order: is the lease still ours, is the thread still the agent's, is there anything newer?"""
    outcome, again = AgentTurn.Outcome.REPLIED, None
    # First, because who lost the lease may not even release it: it is another worker's by now
    if dialogue.lease_token != claim.token:
        outcome = AgentTurn.Outcome.LEASE_LOST
    elif not conversation.is_agents:
        outcome = AgentTurn.Outcome.HUMAN_TOOK_OVER
        _release(dialogue)
    # Without this look a turn whose task was delivered twice says a second reply to the same messages
    elif claim.covers <= conversation.answered_seq:
        outcome = AgentTurn.Outcome.OBSOLETE
        _release(dialogue)
    elif _is_outdated(claim, conversation) and _may_restart(claim, conversation):
        outcome = AgentTurn.Outcome.RESTARTED
        again = _lease(conversation, dialogue, claimed_at=claim.claimed_at, restarts=claim.restarts + 1)
    return Verdict(outcome, conversation, dialogue, again)


def _is_outdated(claim: Claim, conversation: Conversation) -> bool:
    return conversation.epoch != claim.epoch or conversation.last_inbound_seq > claim.covers


def _may_restart(claim: Claim, conversation: Conversation) -> bool:
    """A stream of messages must not starve the answer: a few restarts, and not for ever."""
    age = clock.now() - (conversation.burst_started_at or claim.claimed_at)
    return claim.restarts < MAX_RESTARTS and age < LONGEST_HOLD


def _cover(claim: Claim, conversation: Conversation, dialogue: Dialogue) -> None:
    """The covered messages have their outcome; what came later is the next turn's burst."""
    # Never backwards: a person who took over meanwhile may have moved it past what this turn covers
    conversation.answered_seq = max(conversation.answered_seq, claim.covers)
    has_more = conversation.last_inbound_seq > conversation.answered_seq
    # What came during the thinking begins to wait now; its own moment would count as held too long
    conversation.burst_started_at = clock.now() if has_more else None
    dialogue.lease_token = dialogue.lease_until = None
    prepared.update_together(
        (conversation, SETTLED_CONVERSATION), (dialogue, SETTLED_DIALOGUE), (claim.turn, SETTLED_TURN)
    )


def _release(dialogue: Dialogue) -> None:
    dialogue.lease_token = dialogue.lease_until = None
    prepared.update(dialogue, SETTLED_DIALOGUE)


def _lease(
    conversation: Conversation, dialogue: Dialogue, *, claimed_at: datetime, restarts: int = 0
) -> Claim:
    token = _take_lease(dialogue)
    first, covers = conversation.answered_seq + 1, conversation.last_inbound_seq
    # Before the new turn is begun: "each_message_answered_once" would refuse its end, and with it the reply
    _reopen_after(conversation)
    return Claim(
        conversation=conversation,
        dialogue=dialogue,
        turn=_begin_turn(conversation, dialogue, first, covers),
        token=token,
        epoch=conversation.epoch,
        first_seq=first,
        covers=covers,
        claimed_at=claimed_at,
        restarts=restarts,
        burst=prepared.rows(Message, _BURST, [conversation.pk, first, covers]),
    )


def _take_lease(dialogue: Dialogue) -> UUID:
    token = dialogue.lease_token = uuid4()
    dialogue.lease_until = clock.now() + LEASE
    if dialogue._state.adding:
        prepared.insert(dialogue)
    else:
        prepared.update(dialogue, LEASE_FIELDS)
    return token


def _begin_turn(conversation: Conversation, dialogue: Dialogue, first: int, covers: int) -> AgentTurn:
    turn = AgentTurn(
        conversation=conversation,
        playbook_version=dialogue.playbook_version,
        first_seq=first,
        last_seq=covers,
        stage_before=conversation.stage,
    )
    prepared.insert(turn)
    return turn


def _reopen_after(conversation: Conversation) -> None:
    """Messages past `answered_seq` that were answered once: a person dropped the answer and gave them back.

    Without a change of hands there are none.
    """
    if not conversation.epoch:
        return
    answered = [AgentTurn.Outcome.REPLIED, AgentTurn.Outcome.SILENT]
    dropped = conversation.turns.filter(last_seq__gt=conversation.answered_seq, outcome__in=answered)
    dropped.update(outcome=AgentTurn.Outcome.HUMAN_TOOK_OVER)


def _lock(conversation_id: UUID | str, line: Line | None = None) -> Conversation | None:
    """The conversation with its row held, on `line` where that is known already."""
    key = UUID(str(conversation_id))
    if line is None:
        found = prepared.find_with(Conversation, Line, "line", is_locked=True, id=key)
        conversation, line = found or (None, None)
    else:
        conversation = prepared.find(Conversation, is_locked=True, id=key)
    if conversation is not None and line is not None:
        # Set by hand, so that every later look at `conversation.line` costs no query under the lock
        conversation.line = line
    return conversation


def _is_owed(conversation: Conversation) -> bool:
    # A line of the consultants' own has conversations too, and nothing of them is the agent's to answer
    is_the_agents = conversation.line.kind == "agent" and conversation.is_agents
    return is_the_agents and conversation.last_inbound_seq > conversation.answered_seq


def _is_busy(dialogue: Dialogue, now: datetime) -> bool:
    return any(until is not None and until > now for until in (dialogue.lease_until, dialogue.paused_until))


def _dialogue_of(conversation: Conversation) -> Dialogue | None:
    """The agent's memory of the conversation; one to be, with the default playbook; None without that."""
    known = _known_dialogue(conversation.pk)
    if known is not None:
        return known
    version = version_for_new_dialogue()
    return None if version is None else Dialogue(conversation=conversation, playbook_version=version)


def _known_dialogue(conversation_id: UUID) -> Dialogue | None:
    dialogue = prepared.find(Dialogue, is_locked=True, conversation=conversation_id)
    if dialogue is not None:
        dialogue.playbook_version = frozen_version(dialogue.playbook_version_id)
    return dialogue
