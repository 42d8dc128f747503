"""The agent's stories, whole. Order and guards only; the steps live in the modules they name.

Think outside the transaction, act inside one, deliver after commit: before the act nothing is
marked, after it everything is, so each story may run twice, on many workers, after any crash.
"""

from uuid import UUID

from agent import notify, outcomes, thinking, turns
from agent.brains.protocol import Brain, BrainReply
from agent.classify import refine_lead
from agent.models import AgentTurn
from agent.stages import DISQUALIFIED, NURTURE, OPTED_OUT
from agent.typing_shown import typing_shown
from leads.models import Lead
from whatsapp import services as whatsapp
from whatsapp.models import Conversation


def answer_message(conversation_id: UUID | str, *, brain: Brain | None = None) -> bool:
    """WhatsApp message → reply → stage → handoff. True when a reply was said.

    A message that lands while the brain thinks has the reply thought out anew, a few times at most.
    """
    claim = turns.claim(conversation_id)
    outcome = None
    while claim is not None:
        # No lock and no transaction while the brain thinks: a client's next message must get in at once
        with typing_shown(claim):
            reply = thinking.think(claim, brain)
        with turns.settle(claim, is_for_all_lines=reply.proposal == OPTED_OUT) as verdict:
            outcome = verdict.outcome
            if outcome == AgentTurn.Outcome.REPLIED:
                say(verdict, claim, reply)
        # Committed by now, so that the row is free while the brain thinks on
        claim = verdict.again
    return outcome == AgentTurn.Outcome.REPLIED


def say(verdict: turns.Verdict, claim: turns.Claim, reply: BrainReply) -> None:
    """Write what the reply means: memory, stage, words to the client, and the handover it calls for."""
    conversation = verdict.conversation
    reply = outcomes.left_to_a_person(conversation, reply)
    decision = outcomes.remember(verdict, claim, reply)
    # Before a lead is made: who asks for no more messages is not given to a salesperson
    if decision.stage == OPTED_OUT:
        outcomes.stop_writing(conversation, claim, reply)
        return
    lead = None
    if decision.handoff or decision.stage in (NURTURE, DISQUALIFIED):
        lead = outcomes.keep_as_lead(conversation, reply, assign=decision.handoff)
    elif conversation.lead_id:
        outcomes.teach_lead(conversation, reply)
    outcomes.queue_words(conversation, claim, reply)
    if decision.handoff and lead is not None:
        transfer_to_consultant(conversation, lead, reply, reason=decision.reason or decision.stage)


def transfer_to_consultant(conversation: Conversation, lead: Lead, reply: BrainReply, *, reason: str) -> None:
    """Handoff: the thread goes to the lead's consultant. The caller holds the conversation's row.

    The client's one handoff message is among the reply's words; the consultant is told by the
    assignment's notice, which was queued with the lead.
    """
    whatsapp.transfer(conversation, consultant=lead.consultant, reason=reason)
    outcomes.record_handoff(lead, conversation, reply, reason)


def handle_new_lead(lead_id: UUID | str) -> None:
    """Webhook lead, stored, classified by rules and assigned already: refine by the model, tell the consultant."""
    # Before the model is asked: what it takes to answer would be added to the consultant's wait
    notify.tell_consultants()
    refine_lead(lead_id)
