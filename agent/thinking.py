"""From a claim to a reply: what the brain is given, which brain, and what happens when it breaks."""

import logging
import time
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.conf import settings

from agent.alarms import tell_of_refusal
from agent.brain_choice import choose_brain
from agent.brains.protocol import Brain, BrainReply, Context, Inbound, Playbook, Said, State, TurnInput
from agent.budget import Budget
from agent.models import Playbook as PlaybookRow
from agent.opening_hours import is_open
from agent.playbooks import content_of
from agent.transcription import hear_voice_notes
from agent.turns import Claim
from agent.wording import say_in
from leads import clock, one_trip
from whatsapp.models import Message

logger = logging.getLogger(__name__)

# A burst that kills its worker would otherwise be taken up by the sweep again and again, for ever
MAX_ATTEMPTS = 3
HISTORY_LINES = 20
# WhatsApp lets people paste 65,536. Some of our patterns look at each place from every other, and a worker that
# reads all of that answers nobody else for a minute; nobody says in so many words what a question asks for
READ_CHARACTERS = 4_096
CURRENCIES = {
    "BR": "BRL", "US": "USD", "GB": "GBP", "PT": "EUR", "ES": "EUR",
    "MX": "MXN", "AR": "ARS", "CO": "COP", "CL": "CLP", "PE": "PEN", "UY": "UYU",
}  # fmt: skip
_SAID_BEFORE = """
SELECT author, body FROM whatsapp_message WHERE conversation_id = %s AND seq > %s AND seq < %s
ORDER BY seq DESC LIMIT %s"""
_CAPS = "SELECT name, money_per_day, tokens_per_conversation FROM agent_playbook WHERE id = %s"
_BEGUN = """
SELECT count(*) FROM agent_agentturn WHERE conversation_id = %s AND first_seq = %s AND outcome = 'thinking'"""


def think(claim: Claim, brain: Brain | None = None) -> BrainReply:
    """Let the brain answer the burst. No lock is held and nothing is written but what managers must hear.
    The claim's turn learns the time it took.

    A message on which workers died or brains broke `MAX_ATTEMPTS` times goes to a person.
    """
    if attempts_on(claim) > MAX_ATTEMPTS:
        return rescue(claim)
    began = time.monotonic()
    # Within the measured time: it is a part of what the client waits for
    hear_voice_notes(claim.burst)
    reply = (brain or choose_brain(budget_of(claim))).respond(turn_input(claim))
    tell_of_refusal(reply.trace.get("failure", ""))
    # In memory alone; settling writes it, so that an answer costs one commit and not two
    claim.turn.latency_ms = round((time.monotonic() - began) * 1000)
    claim.turn.brain = reply.source
    return reply


def budget_of(claim: Claim) -> Budget:
    """With the playbook's caps as they are now; its draft is big and of no interest here."""
    playbook_id = claim.dialogue.playbook_version.playbook_id
    name, money, tokens = one_trip.read_row(_CAPS, [playbook_id]) or ("", None, None)
    caps = PlaybookRow(pk=playbook_id, name=name, money_per_day=money, tokens_per_conversation=tokens)
    return Budget(claim.conversation.pk, caps)


def turn_input(claim: Claim) -> TurnInput:
    """Everything a brain may know: the playbook, its own memory, the burst, and where and when this is."""
    burst = [inbound_of(message) for message in claim.burst]
    asked = "\n".join(message.words for message in burst)
    playbook = content_of(claim.dialogue.playbook_version, asked)
    state = State.from_json(claim.dialogue.memory)
    # Whoever came back said so to the line, in a message that no brain reads
    is_out = state.opted_out and claim.conversation.is_opted_out
    return TurnInput(
        playbook=playbook,
        state=replace(state, opted_out=is_out),
        burst=burst,
        context=context_of(claim, playbook),
        history=history_of(claim),
    )


def history_of(claim: Claim) -> tuple[Said, ...]:
    """What was said before the burst, since the agent last took over; the newest lines only."""
    # Older lines say that a person takes over: a model that reads them after the return stays silent
    # (fazer-ai/agents, issue 457)
    since = claim.conversation.context_start_seq
    if claim.first_seq - since <= 1:
        return ()
    newest_first = one_trip.read_rows(
        _SAID_BEFORE, [claim.conversation.pk, since, claim.first_seq, HISTORY_LINES]
    )
    return tuple(Said(author, body) for author, body in reversed(newest_first))


def context_of(claim: Claim, playbook: Playbook) -> Context:
    line = claim.conversation.line
    # Aware and local: "amanhã" in a message of 22:00 in São Paulo is another day in UTC
    now = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    return Context(
        country=line.default_country,
        currency=CURRENCIES.get(line.default_country, "USD"),
        timezone=settings.TIME_ZONE,
        now=now,
        profile_name=claim.conversation.profile_name,
        is_open=is_open(playbook, now),
        language=line.default_language,
    )


def inbound_of(message: Message) -> Inbound:
    """A stored message in the brain's words. Voice notes carry their transcript where there is one."""
    media = message.media or []
    return Inbound(
        seq=message.seq,
        kind=message.kind,
        text=message.body[:READ_CHARACTERS],
        transcript=message.details.get("transcript"),
        filename=next((item.get("filename", "") for item in media), ""),
        seconds=message.details.get("seconds"),
        media_types=tuple(item.get("content_type", "") for item in media),
    )


def attempts_on(claim: Claim) -> int:
    """How often this burst was begun without an end: a worker died, or a brain raised."""
    return int(one_trip.ask(_BEGUN, [claim.conversation.pk, claim.first_seq]))


def rescue(claim: Claim) -> BrainReply:
    """A reply that needs no brain: hand over to a person, in the client's language."""
    logger.error("agent gave a burst to a person", extra={"conversation": str(claim.conversation.pk)})
    state = State.from_json(claim.dialogue.memory)
    content = content_of(claim.dialogue.playbook_version)
    language = state.language or content.default_language
    return BrainReply(
        language=language,
        intent="other",
        sentiment="neutral",
        state=state,
        messages=say_in(content, "handoff_failures", language),
        proposal="needs_human",
        handoff=True,
        handoff_reason="failures",
    )
