"""The steps of an answered turn. Each runs inside the turn's transaction, the conversation locked."""

from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from agent import knowledge
from agent.brains.protocol import BrainReply, Decision, SlotValue
from agent.lateness import with_apology
from agent.parsers import currencies
from agent.stages import DISQUALIFIED, NEEDS_HUMAN, NURTURE, OPTED_OUT, QUALIFIED, SUSPECTED_BOT, TOO_LATE
from agent.turns import Claim, Verdict
from agent.typing_pace import delay_before
from leads import clock
from leads.actors import AGENT
from leads.models import Assignment, Lead, LeadEvent
from leads.payload import LeadPayload
from leads.services import activity, intake, learning, writes
from whatsapp import consent, window
from whatsapp import services as whatsapp
from whatsapp.models import Conversation, Message

NEEDS_NO_WORD = (DISQUALIFIED, NURTURE, OPTED_OUT, SUSPECTED_BOT)
# Two machines that answer each other can get the number banned; a pause ends the exchange
BOT_PAUSE = timedelta(minutes=30)
# The ready playbooks name these differently; a lead has one column, and the first that is known fills it
PRODUCT_SLOTS = (
    "product",
    "property_type",
    "model",
    "course",
    "procedure",
    "insurance_type",
    "need",
    "property_kind",
)
CITY_SLOTS = ("city", "location", "unit")
VALUE_SLOTS = ("budget", "value", "monthly_budget", "monthly_bill")


def left_to_a_person(conversation: Conversation, reply: BrainReply) -> BrainReply:
    """The reply as it is, unless WhatsApp lets nothing be said any more, as after an outage of a day: then a
    person has to write, with a template, and gets what was understood. A decision that needs no further
    word stands, without its words."""
    # WhatsApp takes free text for 24 hours after the client's last message, then templates alone
    if not reply.messages or window.is_open(conversation):
        return reply
    unsaid = replace(reply, messages=[])
    # A consultant who wrote now, by template, would only bother a client who is not served or wants no more
    if reply.proposal in NEEDS_NO_WORD:
        return unsaid
    return replace(
        unsaid,
        proposal=QUALIFIED if reply.proposal == QUALIFIED else NEEDS_HUMAN,
        handoff=True,
        handoff_reason=reply.handoff_reason or TOO_LATE,
    )


def remember(verdict: Verdict, claim: Claim, reply: BrainReply) -> Decision:
    """Note the brain's memory, the stage and the trace of the decision; settling saves them."""
    conversation, dialogue = verdict.conversation, verdict.dialogue
    decision = Decision(reply.proposal, reply.handoff, reply.handoff_reason)
    dialogue.memory, dialogue.language = reply.state.to_json(), reply.language
    if decision.stage == SUSPECTED_BOT:
        dialogue.paused_until = clock.now() + BOT_PAUSE
    conversation.stage, conversation.language = decision.stage, reply.language
    playbook_id = dialogue.playbook_version.playbook_id
    knowledge.note_unanswered(playbook_id, conversation, reply.unanswered, reply.language)
    _trace(claim, reply, decision)
    return decision


def queue_words(conversation: Conversation, claim: Claim, reply: BrainReply) -> list[Message]:
    """Put the reply into the outbox, held back as long as typing it would still take."""
    # An opt-out that came while the brain thought is honoured here too
    if not reply.messages or window.refusal(conversation):
        return []
    pause = delay_before(claim, reply.messages, is_first=claim.dialogue.memory in ({}, None))
    words = with_apology(reply.messages, claim, reply.language)
    said = whatsapp.send(conversation, words, author=Message.Author.AGENT, delay_seconds=pause)
    _note_what_was_said(claim, said)
    return said


def stop_writing(conversation: Conversation, claim: Claim, reply: BrainReply) -> None:
    """The client asked for no more, in words that only the brain understood: one confirmation, then silence."""
    for text in reply.messages[:1]:
        _note_what_was_said(claim, whatsapp.confirm_opt_out(conversation, text))
    consent.opt_out(conversation, claim.burst[-1] if claim.burst else None)
    conversation.save(update_fields=["is_opted_out", "stage", "updated_at"])


def keep_as_lead(conversation: Conversation, reply: BrainReply, *, assign: bool) -> Lead:
    """The conversation's lead: made or enriched from the slots, linked, and given to a consultant if asked."""
    received = intake.receive_lead(
        payload=payload_of(conversation, reply),
        source=None,
        actor=AGENT,
        assign=assign,
        trigger=Assignment.Trigger.HANDOFF,
        returning=conversation.line.returning,
    )
    whatsapp.link_lead(conversation, received.lead)
    return received.lead


def teach_lead(conversation: Conversation, reply: BrainReply) -> None:
    """A lead that came by another way shows what the agent learns while it still qualifies."""
    gone = [update.slot for update in reply.updates if update.op == "clear"]
    known = slots_of(reply)
    if conversation.lead_id and (known or gone):
        learning.learn_slots(lead_id=conversation.lead_id, known=known, taken_back=gone, actor=AGENT)


def record_handoff(lead: Lead, conversation: Conversation, reply: BrainReply, reason: str) -> None:
    """What the consultant reads first: why, what is known with the client's words, what is still open."""
    activity.handed_over(lead_id=lead.pk, at=clock.now())
    writes.record(
        lead,
        LeadEvent.Kind.HANDOFF,
        AGENT,
        reason=reason,
        stage=NEEDS_HUMAN if reason != QUALIFIED else QUALIFIED,
        summary=reply.summary,
        sentiment=reply.sentiment,
        unanswered=reply.unanswered,
        conversation=str(conversation.pk),
    )


def payload_of(conversation: Conversation, reply: BrainReply) -> LeadPayload:
    """A lead in the intake's words. The number they write from is the phone; a phone they name comes second."""
    slots = reply.state.slots
    number = conversation.client_address.removeprefix("whatsapp:")
    # A sender without a number has an id at the business in its place, which is no phone
    own_phone = number if number.startswith("+") else None
    return LeadPayload(
        name=_text(slots.get("name")) or conversation.profile_name,
        # A phone that is named may be anybody's; the one they write from is theirs
        phone=own_phone or _text(slots.get("phone")) or None,
        email=_text(slots.get("email")),
        whatsapp_id=conversation.external_user_id or ("" if own_phone else conversation.client_address),
        product=_first(slots, PRODUCT_SLOTS),
        city=_first(slots, CITY_SLOTS),
        value=_money(slots, reply.language),
        language=reply.language,
        slots=slots_of(reply),
        attribution={key: str(value) for key, value in (conversation.referral or {}).items()},
    )


def slots_of(reply: BrainReply) -> dict[str, Any]:
    """What is known, as leads keep it: each with the client's words."""
    return {key: _kept(slot, reply.language) for key, slot in reply.state.slots.items()}


def _kept(slot: SlotValue, language: str) -> dict[str, Any]:
    kept = {"value": slot.value, "quote": slot.quote}
    foreign = _foreign(slot, language)
    return kept | {"currency": foreign} if foreign else kept


def _foreign(slot: SlotValue, language: str) -> str:
    """The currency the client named, where it is not the organisation's."""
    return currencies.foreign(slot.quote, settings.CURRENCY, language) if isinstance(slot.value, dict) else ""


def _note_what_was_said(claim: Claim, said: list[Message]) -> None:
    """So that a message leads back to the decision behind it."""
    seqs = [message.seq for message in said]
    claim.turn.said_from, claim.turn.said_to = min(seqs), max(seqs)


def _trace(claim: Claim, reply: BrainReply, decision: Decision) -> None:
    turn, trace = claim.turn, dict(reply.trace)
    turn.stage_after, turn.intent = decision.stage, reply.intent
    turn.accepted = [asdict(update) for update in reply.updates]
    turn.rejected = [asdict(rejected) for rejected in reply.rejected]
    # What has a column of its own is taken out of the JSON, so that it is not kept twice
    turn.violations = trace.pop("violations", [])
    turn.failure = trace.pop("failure", "") or ""
    turn.input_tokens, turn.output_tokens = trace.pop("input_tokens", 0), trace.pop("output_tokens", 0)
    turn.trace = trace | {"kb_ids": reply.kb_ids, "unanswered": reply.unanswered, "language": reply.language}


def _text(slot: SlotValue | None) -> str:
    return "" if slot is None or slot.value is None else str(slot.value)


def _first(slots: Any, keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := _text(slots.get(key)))), "")


def _money(slots: Any, language: str) -> Decimal | None:
    """What the client may spend at most; the lower end when only that is known. A lead's worth is in the
    organisation's own currency, so that 300,000 euros are none in reais."""
    for key in VALUE_SLOTS:
        slot = slots.get(key)
        if slot is None or not isinstance(slot.value, dict) or _foreign(slot, language):
            continue
        # 0 is an amount, so no `or` here
        amount = slot.value.get("max") if slot.value.get("max") is not None else slot.value.get("min")
        try:
            return None if amount is None else Decimal(str(amount))
        except InvalidOperation:
            return None
    return None
