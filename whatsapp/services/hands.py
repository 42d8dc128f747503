"""Who answers a conversation: the agent or a consultant, and the moment it changes."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads import clock
from leads.actors import SYSTEM, Actor, person
from leads.errors import ConflictError, NotFoundError
from leads.models import Consultant, Lead, LeadEvent, User
from leads.on_commit import announce
from leads.services import activity, writes
from whatsapp.locks import lock_conversation
from whatsapp.models import Conversation, Line, Message
from whatsapp.owed import owe_last_words
from whatsapp.signals import message_changed

# Told from the agent's reasons: the sweep of `following` leaves such a conversation to whoever took it
TAKEN_OVER = "taken_over"
HAND_FIELDS = (
    "status",
    "consultant",
    "transferred_at",
    "handoff_reason",
    "epoch",
    "answered_seq",
    "burst_started_at",
    "context_start_seq",
    "stage",
    "updated_at",
)


@transaction.atomic
def take_over(*, conversation_id: UUID | str, user: User, origin: str = "") -> Conversation:
    """From now on `user` answers; what the agent has not sent yet is dropped. Twice changes nothing.

    ConflictError where another consultant answers already (a manager may take it from them).
    """
    conversation = _locked_for(user, conversation_id)
    if not _answers(conversation, user):
        _refuse_if_somebody_elses(conversation, user)
        _give_to(conversation, _consultant_of(user), TAKEN_OVER)
        _write_history(conversation, LeadEvent.Kind.TAKEN_OVER, person(user, origin))
    return conversation


@transaction.atomic
def return_to_agent(
    *, conversation_id: UUID | str, user: User, answer_pending: bool = False, origin: str = ""
) -> Conversation:
    """The agent answers again, beginning a fresh qualification; with `answer_pending` at once.

    Announces `message_received` for the message that then waits for the agent.
    """
    conversation = _locked_for(user, conversation_id)
    if conversation.line.kind != Line.Kind.AGENT:
        raise ConflictError(_("The agent does not answer on a consultant's own line."))
    if not conversation.is_agents:
        _give_to_agent(conversation, answer_pending)
        _write_history(conversation, LeadEvent.Kind.RETURNED_TO_AGENT, person(user, origin))
    return conversation


def return_by_timer(conversation: Conversation) -> None:
    """The same without anybody: no person has acted for long. The caller holds the row.

    What the client wrote last is answered.
    """
    _give_to_agent(conversation, answer_pending=True)
    _write_history(conversation, LeadEvent.Kind.RETURNED_TO_AGENT, SYSTEM)


def transfer(conversation: Conversation, *, consultant: Consultant | None, reason: str) -> None:
    """Hand the conversation to `consultant`, or to whoever will get the lead. The caller holds its row."""
    if conversation.status != Conversation.Status.TRANSFERRED:
        # The agent's farewell stands in the outbox and is to go out
        _give_to(conversation, consultant, reason, drop_queued=False)
    # Handed over while nobody was free: the name follows with the lead
    elif conversation.consultant_id is None and consultant is not None:
        conversation.consultant = consultant
        conversation.save(update_fields=["consultant", "updated_at"])


def link_lead(conversation: Conversation, lead: Lead) -> None:
    """Say whose conversation this is; its last words go on the card. The caller holds its row."""
    conversation.lead = lead
    conversation.save(update_fields=["lead", "updated_at"])
    spoken = conversation.messages.exclude(author=Message.Author.SYSTEM)
    if last := spoken.order_by("-seq").first():
        activity.spoke_before(lead_id=lead.pk, text=last.body, author=last.author, at=last.created_at)


def give_to_writer(conversation: Conversation, user: User, origin: str = "") -> None:
    """A person who writes where the agent answers takes over. The caller holds the row."""
    if conversation.status != Conversation.Status.TRANSFERRED:
        _give_to(conversation, _consultant_of(user), TAKEN_OVER)
        _write_history(conversation, LeadEvent.Kind.TAKEN_OVER, person(user, origin))


def cancel_queued(conversation: Conversation) -> None:
    """Drop what the agent decided to say and no worker has begun to send."""
    said_by_agent = conversation.messages.filter(
        direction=Message.Direction.OUT, author=Message.Author.AGENT, status=Message.Status.QUEUED
    )
    # FOR UPDATE looks at the status again after waiting: what a worker has just claimed is sent
    dropped = list(said_by_agent.select_for_update().values_list("pk", flat=True))
    Message.objects.filter(pk__in=dropped).update(status=Message.Status.CANCELLED)
    for message_id in dropped:
        announce(message_changed, conversation_id=str(conversation.pk), message_id=str(message_id))


def _locked_for(user: User, conversation_id: UUID | str) -> Conversation:
    if not Conversation.objects.visible_to(user).filter(pk=conversation_id).exists():
        raise NotFoundError
    return lock_conversation(conversation_id)


def _answers(conversation: Conversation, user: User) -> bool:
    """A manager who is no consultant leaves no name; the reason tells it from waiting for a consultant."""
    if conversation.status != Conversation.Status.TRANSFERRED:
        return False
    if conversation.consultant_id is None:
        return conversation.handoff_reason == TAKEN_OVER and _consultant_of(user) is None
    return conversation.consultant_id == user.pk


def _refuse_if_somebody_elses(conversation: Conversation, user: User) -> None:
    holder = conversation.consultant
    if conversation.status == Conversation.Status.TRANSFERRED and holder and not user.is_manager:
        raise ConflictError(_("%(name)s already answers this client.") % {"name": holder})


def _consultant_of(user: User) -> Consultant | None:
    return Consultant.objects.filter(pk=user.pk).first()


def _give_to(
    conversation: Conversation, consultant: Consultant | None, reason: str, *, drop_queued: bool = True
) -> None:
    if drop_queued:
        cancel_queued(conversation)
    conversation.status = Conversation.Status.TRANSFERRED
    conversation.consultant = consultant
    conversation.transferred_at = clock.now()
    conversation.handoff_reason = reason
    conversation.epoch += 1
    conversation.answered_seq = conversation.last_inbound_seq
    conversation.burst_started_at = None
    conversation.save(update_fields=HAND_FIELDS)


def _give_to_agent(conversation: Conversation, answer_pending: bool) -> None:
    conversation.status = Conversation.Status.ACTIVE
    conversation.consultant = conversation.transferred_at = None
    conversation.handoff_reason = ""
    conversation.epoch += 1
    conversation.context_start_seq = conversation.last_seq
    if not conversation.is_opted_out:
        conversation.stage = Conversation.Stage.QUALIFYING
        if answer_pending and owe_last_words(conversation):
            conversation.context_start_seq = conversation.answered_seq
    conversation.save(update_fields=HAND_FIELDS)


def _write_history(conversation: Conversation, kind: str, actor: Actor) -> None:
    """One line on the lead's timeline, and its card follows."""
    if conversation.lead_id is None:
        return
    lead = Lead.objects.select_for_update().get(pk=conversation.lead_id)
    writes.record(lead, kind, actor, conversation=str(conversation.pk))
    writes.changed(lead, [], action=kind, actor=actor)
