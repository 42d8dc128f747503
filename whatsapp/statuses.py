"""What became of a message of ours: a status only ever rises, whatever order the reports come in."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from leads import one_trip, prepared
from leads.on_commit import announce
from whatsapp import consent, line_alarms, refusals
from whatsapp.locks import lock_conversation
from whatsapp.models import Conversation, Line, Message, StatusReport
from whatsapp.owed import owe_last_words
from whatsapp.payloads import DeliveryStatus
from whatsapp.signals import message_changed

MOST_APPLIED = 500
WINDOW_FIELDS = ["window_closed_early", "answered_seq", "burst_started_at", "epoch", "updated_at"]
_IS_KNOWN = "SELECT EXISTS (SELECT FROM whatsapp_message WHERE sid = %s)"
# Whether another message has Twilio's id of this one, and whether anything was told of that id already
_OF_SID = """
EXISTS (SELECT FROM whatsapp_message AS other WHERE other.sid = %s AND other.id <> own.id),
EXISTS (SELECT FROM whatsapp_statusreport AS report WHERE report.sid = %s)"""
_KEPT_FOR = """
own.sid = %s AND own.line_id = (SELECT line_id FROM whatsapp_conversation WHERE id = %s) FOR UPDATE"""
Status = Message.Status
# A message that was delivered has arrived, whatever a late report of failure says.
# Twilio promises neither the order nor the number of its callbacks. FAILED is above SENT, as 63016 comes
# after the message was taken; UNKNOWN below it, as any report settles it
RANK: dict[str, int] = {
    status: rank
    for rank, status in enumerate(
        (
            Status.QUEUED,
            Status.SENDING,
            Status.CANCELLED,
            Status.UNKNOWN,
            Status.SENT,
            Status.FAILED,
            Status.DELIVERED,
            Status.READ,
        )
    )
}
# Twilio's words. All of the first row say that Twilio has it: it was sent as far as we are concerned.
MEANING = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Status.SENT),
    **dict.fromkeys(("failed", "undelivered", "canceled"), Status.FAILED),
    # The last two need the phone: `read` comes only where its owner shows read receipts
    "delivered": Status.DELIVERED,
    "read": Status.READ,
}

ARRIVED = (Status.DELIVERED, Status.READ)


def hear(report: DeliveryStatus, message_id: UUID | None = None, *, line: Line) -> None:
    """Take in a status callback. `message_id`: our own id, which we put into the callback's address.
    `line`: whose account signed it; of another line's messages it says nothing.

    A report about a message that is not known (yet) is kept until it is.
    """
    # Words that Twilio adds are no reason for a 500 and its retries
    if report.status not in MEANING:
        return
    # Some callbacks carry ErrorCode=0 for none
    code = "" if report.error_code == "0" else report.error_code
    with transaction.atomic():
        message = _find(line, report.sid, message_id)
        if message is None:
            StatusReport.objects.create(line=line, sid=report.sid, status=report.status, error_code=code)
            return
        # Two rows with one sid would break the unique index, and with it the report
        if not message.sid and not one_trip.ask(_IS_KNOWN, [report.sid]):
            message.sid = report.sid
        rise(message, MEANING[report.status], error_code=code)
    # Told even where the status did not rise: a closed window is closed whichever report says so
    act_on(message, code)
    if MEANING[report.status] in ARRIVED:
        Conversation.objects.filter(pk=message.conversation_id, is_unreachable=True).update(
            is_unreachable=False
        )


def settle(message_id: UUID, status: str, *, sid: str = "", error_code: str = "") -> None:
    """Write the outcome of a call to Twilio, and of reports that were faster than its answer."""
    with transaction.atomic():
        asked = [sid, sid, message_id]
        found = prepared.rows_beside(Message, _OF_SID, "own.id = %s FOR UPDATE OF own", asked)
        if not found:
            raise Message.DoesNotExist
        message, (is_anothers, is_told_of) = found[0]
        if sid and not is_anothers:
            message.sid = message.sid or sid
        rise(message, status, error_code=error_code)
        # A callback that is just being kept is found by `apply_kept`
        early = _kept_for(message, sid) if sid and is_told_of else []
        for report in early:
            rise(message, MEANING[report.status], error_code=report.error_code)
            report.delete()
    for code in {error_code, *(report.error_code for report in early)}:
        act_on(message, code)


def apply_kept() -> int:
    """Sweep: a report and the answer to its message's call may be written at once, neither seeing the other."""
    sent = Message.objects.filter(direction=Message.Direction.OUT, conversation__line=OuterRef("line"))
    reports = StatusReport.objects.filter(Exists(sent.filter(sid=OuterRef("sid"))))
    sids = set(reports.values_list("sid", flat=True)[:MOST_APPLIED])
    for message in Message.objects.filter(sid__in=sids):
        settle(message.pk, message.status, sid=str(message.sid))
    return len(sids)


def rise(message: Message, status: str, *, error_code: str = "") -> None:
    """Save the sid, and `status` if it is further along than what is known. The caller holds the row."""
    fields = {"updated_at", "lease_until", "sid"}
    message.lease_until = None
    is_further = RANK[status] > RANK[message.status]
    if is_further:
        message.status, message.error_code = status, error_code
        message.error_text = refusals.text_for(message)
        fields |= {"status", "error_code", "error_text"}
    prepared.update(message, sorted(fields))
    if is_further:
        announce(message_changed, conversation_id=str(message.conversation_id), message_id=str(message.pk))


def act_on(message: Message, error_code: str) -> None:
    """What some refusals mean beyond their message. Outside the message's transaction: rows of a
    conversation are locked before those of its messages, never after."""
    if error_code in refusals.CLOSES_WINDOW:
        _close_window(message)
    elif error_code == refusals.STOPPED_CODE:
        _block(message)
    elif error_code in refusals.IS_CLIENT_UNREACHABLE:
        _mark_unreachable(message)
    elif error_code == refusals.META_PARAMETER:
        Line.objects.filter(conversations=message.conversation_id).update(
            last_error=refusals.text_of(error_code), last_error_at=timezone.now()
        )
    else:
        line_alarms.note_failed(message, error_code)


def _mark_unreachable(message: Message) -> None:
    """Not where they wrote since: who writes can be written to."""
    silent = Q(last_inbound_at=None) | Q(last_inbound_at__lt=message.created_at)
    Conversation.objects.filter(silent, pk=message.conversation_id).update(is_unreachable=True)


@transaction.atomic
def _close_window(message: Message) -> None:
    """Words of the agent's that came too late are owed again: it finds the window closed and calls a person."""
    conversation = lock_conversation(message.conversation_id)
    heard_at = conversation.last_inbound_at
    # Not where the client wrote since: that opened the window again
    if heard_at is None or heard_at >= message.created_at or conversation.window_closed_early:
        return
    conversation.window_closed_early = True
    if conversation.is_agents and message.author == Message.Author.AGENT and owe_last_words(conversation):
        # As at a change of hands: the answer that was given no longer counts, nor one that is thought out now
        conversation.epoch += 1
    conversation.save(update_fields=WINDOW_FIELDS)


def _kept_for(message: Message, sid: str) -> list[StatusReport]:
    """What was told of this message while its `sid` was not known here, by its own line alone."""
    return prepared.rows(StatusReport, _KEPT_FOR, [sid, message.conversation_id])


def _find(line: Line, sid: str, message_id: UUID | None) -> Message | None:
    """By our id unless the row is known to be another message at Twilio; else by Twilio's id."""
    outgoing = Message.objects.filter(direction=Message.Direction.OUT, conversation__line=line)
    ours = outgoing.select_for_update(of=("self",))
    if message_id is not None:
        # The address with our id is signed, but a signed address can be sent again with another report
        by_id = ours.filter(Q(sid=sid) | Q(sid=None), pk=message_id).first()
        if by_id is not None:
            return by_id
    return ours.filter(sid=sid).first()


@transaction.atomic
def _block(message: Message) -> None:
    consent.hold_person(message.conversation)
    conversation = lock_conversation(message.conversation_id)
    if consent.has_opted_out(conversation):
        consent.follow_last_word(conversation)
    elif not conversation.is_opted_out:
        consent.opt_out(conversation, None, f"Twilio {refusals.STOPPED_CODE}")
