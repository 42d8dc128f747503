"""A client's message becomes a row, exactly once, in order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from leads import clock, one_trip, prepared
from leads.actors import CLIENT
from leads.models import LeadEvent, LeadIdentity
from leads.on_commit import announce, enqueue
from leads.services import activity, writes
from whatsapp import consent, person, window, wishes
from whatsapp.colleagues import is_with_colleague
from whatsapp.locks import hold_names, lock_all_of
from whatsapp.models import ConsentEvent, Conversation, Line, Message
from whatsapp.payloads import InboundMessage, text_of
from whatsapp.services import outbound
from whatsapp.services.coming_back import lead_again
from whatsapp.signals import message_received
from whatsapp.tasks import fetch_media

_LEADS = "SELECT key, lead_id FROM leads_leadidentity WHERE kind = ANY(%s) AND key = ANY(%s)"
# All that a message may change of its conversation
CHANGED = (
    "client_key", "client_address", "external_user_id", "profile_name", "referral", "lead", "consultant", "status",
    "stage", "stage_before_opt_out", "is_opted_out", "transferred_at", "epoch", "context_start_seq", "last_seq",
    "last_inbound_seq", "answered_seq", "burst_started_at", "last_inbound_at", "last_message_at",
    "window_closed_early", "is_unreachable", "updated_at",
)  # fmt: skip


def record_inbound(line: Line, inbound: InboundMessage) -> Message | None:
    """Take in one message. None: this MessageSid is known already, nothing changed.

    Announces `message_received`.
    """
    # Whoever calls within a transaction of their own ends it where this fails: a savepoint would be two trips more
    with transaction.atomic(savepoint=False):
        is_new_pair = _is_new_pair(line, inbound)
        # Before any row is held: two lines that each hold their own and want the other's would deadlock
        if is_new_pair or wishes.wish_in(inbound.body):
            lock_all_of(person.keys_of(inbound.client_key, inbound.external_user_id))
        conversation = _conversation_of(line, inbound)
        moment = inbound.sent_at or clock.now()
        message = _append(conversation, inbound, moment)
        if message is None:
            return None
        _note_arrival(conversation, inbound, moment)
        if is_new_pair:
            consent.follow_last_word(conversation)
        _hear_consent(conversation, message)
        prepared.update(conversation, CHANGED)
        _tell(line, conversation, message, inbound)
    return message


def _tell(line: Line, conversation: Conversation, message: Message, inbound: InboundMessage) -> None:
    """The lead's card, whoever fetches files, and whoever listens."""
    # The conversation is held before its lead, as in `hands` and `closing`: the other order would deadlock
    if conversation.lead_id:
        activity.client_wrote(
            lead_id=conversation.lead_id,
            text=text_of(inbound),
            at=message.created_at,
            is_owed_an_answer=not conversation.is_opted_out,
        )
    if message.media:
        enqueue(fetch_media)
    announce(
        message_received,
        conversation_id=str(conversation.pk),
        message_id=str(message.pk),
        line_kind=line.kind,
        waited=(clock.now() - message.created_at).total_seconds(),
    )


def lead_of(inbound: InboundMessage) -> UUID | None:
    """The id of the lead that this client is, by phone or by WhatsApp user id."""
    return leads_by_key([inbound]).get(inbound.client_key)


def leads_by_key(messages: Sequence[InboundMessage]) -> dict[str, UUID]:
    """client_key → lead id, for the senders that are leads. One statement for any number of messages."""
    keys = {key for message in messages for key in (message.client_key, message.external_user_id) if key}
    kinds = [LeadIdentity.Kind.PHONE, LeadIdentity.Kind.WHATSAPP_ID]
    leads = dict(one_trip.read_rows(_LEADS, [kinds, list(keys)]))
    found = {
        message.client_key: leads.get(message.client_key) or leads.get(message.external_user_id)
        for message in messages
    }
    return {key: lead_id for key, lead_id in found.items() if lead_id}


def _is_new_pair(line: Line, inbound: InboundMessage) -> bool:
    """Whether this message may be the first to show that a number and a user id are one person's."""
    if not (inbound.phone and inbound.external_user_id):
        return False
    pair = {"client_key": inbound.client_key, "external_user_id": inbound.external_user_id}
    return not Conversation.objects.filter(line=line, **pair).exists()


def _conversation_of(line: Line, inbound: InboundMessage) -> Conversation:
    """The client's conversation on this line with its row held, made now if this is the first message."""
    known = _find(line, inbound)
    if known is None:
        # Else an opt-out on another line at this moment, or words by another name on this one, would go unseen
        hold_names(person.keys_of(inbound.client_key, inbound.external_user_id))
        known = _find(line, inbound) or _begin(line, inbound)
    if known is None:
        raise Conversation.DoesNotExist
    return known


def _begin(line: Line, inbound: InboundMessage) -> Conversation | None:
    new = _new_conversation(line, inbound)
    # Whoever joined two names while we waited may have begun it all the same
    return new if prepared.insert_unless_there(new, "line", "client_key") else _find(line, inbound)


def _find(line: Line, inbound: InboundMessage) -> Conversation | None:
    """By identity; somebody who began to hide the number is found by the user id known from before."""
    known = prepared.find(Conversation, is_locked=True, line=line.pk, client_key=inbound.client_key)
    # WhatsApp lets people hide their number behind a name: the same person then comes with the user id alone
    if known is None and inbound.external_user_id:
        locked = Conversation.objects.select_for_update().filter(line=line)
        known = locked.filter(external_user_id=inbound.external_user_id).first()
    if known is not None:
        known.line = line
    return known


def _new_conversation(line: Line, inbound: InboundMessage) -> Conversation:
    is_consultants = line.kind == Line.Kind.CONSULTANT
    is_opted_out = consent.is_opted_out(inbound.client_key, inbound.external_user_id)
    return Conversation(
        line=line,
        client_key=inbound.client_key,
        client_address=inbound.sender,
        is_opted_out=is_opted_out,
        # An opt-out on one line holds on all: a first message to another line does not lift it
        stage=Conversation.Stage.OPTED_OUT if is_opted_out else Conversation.Stage.QUALIFYING,
        status=Conversation.Status.TRANSFERRED if is_consultants else Conversation.Status.ACTIVE,
        consultant_id=line.consultant_id if is_consultants else None,
    )


def _append(conversation: Conversation, inbound: InboundMessage, at: datetime) -> Message | None:
    """None: the sid is known already."""
    conversation.last_seq += 1
    message = Message(
        conversation=conversation,
        seq=conversation.last_seq,
        direction=Message.Direction.IN,
        author=Message.Author.CLIENT,
        kind=inbound.kind,
        body=inbound.body,
        media=list(inbound.media),
        media_due_at=at if inbound.media else None,
        details=inbound.details | ({"context": inbound.context} if inbound.context else {}),
        sid=inbound.sid,
        status=Message.Status.RECEIVED,
        created_at=at,
    )
    return message if prepared.insert_unless_there(message, "sid") else None


def _note_arrival(conversation: Conversation, inbound: InboundMessage, at: datetime) -> None:
    """What the message says of the client and of who owes an answer."""
    if conversation.status == Conversation.Status.CLOSED:
        _reopen(conversation, inbound, at)
    # Somebody known by the user id alone shows the number: the key becomes the number, which forms know too
    if inbound.phone:
        conversation.client_key = inbound.client_key
    # Replies go to the address that wrote last: a number may be hidden by now, a user id changed
    conversation.client_address = inbound.sender
    conversation.external_user_id = inbound.external_user_id or conversation.external_user_id
    conversation.profile_name = inbound.profile_name or conversation.profile_name
    # Sent once, with the message of the click on the ad: a later one must not blot it out
    conversation.referral = conversation.referral or inbound.referral
    conversation.lead_id = conversation.lead_id or lead_of(inbound)
    conversation.window_closed_early = window.stays_closed(conversation, at)
    conversation.is_unreachable = False
    conversation.last_inbound_at = max(at, conversation.last_inbound_at or at)
    conversation.last_message_at = max(at, conversation.last_message_at or at)
    _note_what_is_owed(conversation)


def _note_what_is_owed(conversation: Conversation) -> None:
    if conversation.last_inbound_seq <= conversation.answered_seq:
        # Our clock and not the message's: a late webhook must not use up the quiet time before its answer
        conversation.burst_started_at = clock.now()
    conversation.last_inbound_seq = conversation.last_seq
    # A person answers here, or one of ours wrote to open the window for notices: the agent stays silent
    if not conversation.is_agents or is_with_colleague(conversation):
        conversation.answered_seq, conversation.burst_started_at = conversation.last_seq, None


def _reopen(conversation: Conversation, inbound: InboundMessage, at: datetime) -> None:
    """The client came back: to the consultant whose line or whose lead this is, else to the agent."""
    known_as = lead_of(inbound) if conversation.lead_id else None
    conversation.lead = lead = lead_again(conversation, inbound, known_as)
    keeper = conversation.line.consultant_id or (lead.consultant_id if lead else None)
    is_agents = conversation.line.kind == Line.Kind.AGENT and keeper is None
    conversation.status = Conversation.Status.ACTIVE if is_agents else Conversation.Status.TRANSFERRED
    conversation.consultant_id, conversation.transferred_at = keeper, None if is_agents else at
    # The message that reopens is in already and is the first that counts
    conversation.context_start_seq = conversation.last_seq - 1
    conversation.epoch += 1


def _hear_consent(conversation: Conversation, message: Message) -> None:
    """A client who opted out is owed nothing but one confirmation."""
    wish, was_opted_out = wishes.wish_in(message.body), conversation.is_opted_out
    if wish and not consent.has_spoken_since(conversation, message.created_at):
        _follow_wish(conversation, message, wish)
    if was_opted_out or conversation.is_opted_out:  # the confirmation was the answer
        conversation.answered_seq, conversation.burst_started_at = conversation.last_inbound_seq, None


def _follow_wish(conversation: Conversation, message: Message, wish: wishes.Wish) -> None:
    """Confirmed where the window lets us: words that are brought along may be older than it."""
    if wish.kind == ConsentEvent.Kind.OPT_OUT and not conversation.is_opted_out:
        if window.is_open(conversation):
            # First the last word, then the block, which drops everything else that is queued
            outbound.confirm_opt_out(conversation, _confirmation(conversation, wish))
        consent.opt_out(conversation, message)
        _write_history(conversation, wish)
    elif wish.kind == ConsentEvent.Kind.OPT_IN and (
        conversation.is_opted_out or consent.has_opted_out(conversation)
    ):
        consent.opt_in(conversation, message)
        _write_history(conversation, wish)
        if window.is_open(conversation):
            outbound.confirm_opt_in(conversation, _confirmation(conversation, wish))


def _confirmation(conversation: Conversation, wish: wishes.Wish) -> str:
    return wish.confirmation(conversation.clients_language or conversation.line.usual_language)


def _write_history(conversation: Conversation, wish: wishes.Wish) -> None:
    if conversation.lead is not None:
        writes.record(conversation.lead, LeadEvent.Kind.CONSENT, CLIENT, consent={"whatsapp": wish.kind})
