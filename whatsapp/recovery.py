"""Messages that no webhook brought, found on Twilio's own list: the last defence against an outage of ours."""

import logging
from datetime import datetime, timedelta

import redis
from django.db.models import F
from django.utils import timezone

from whatsapp import chat_index, client, rebuilding, sessions
from whatsapp.accounts import Account, account_of
from whatsapp.client import SentMessage
from whatsapp.models import Arrival, Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.send_errors import SendError
from whatsapp.services import record_inbound

logger = logging.getLogger(__name__)
MOST_LISTED = 2000
MOST_RECOVERED = 200  # of a line at once; the next time goes on from there
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(hours=1)


def recover_lost() -> int:
    """Take in what clients wrote while our webhook was out of reach. Answers how many messages."""
    lines = Line.objects.filter(is_active=True, transport=Line.Transport.TWILIO)
    return sum(_recover_line(line) for line in lines)


def _recover_line(line: Line) -> int:
    account, now = account_of(line), timezone.now()
    if account is None:
        return 0
    try:
        lost = _lost(line, account, now)
        recovered = _take_in(line, account, lost[:MOST_RECOVERED])
    except (SendError, redis.RedisError) as error:
        logger.info("lost messages not looked for", extra={"line": line.pk, "why": type(error).__name__})
        return 0
    has_more = len(lost) > MOST_RECOVERED
    asked_until = (lost[MOST_RECOVERED - 1].created_at or now) if has_more else now
    Line.objects.filter(pk=line.pk).update(
        reconciled_at=asked_until, recovered_count=F("recovered_count") + recovered
    )
    if recovered:
        logger.warning("recovered messages", extra={"line": line.pk, "count": recovered})
    return recovered


def _lost(line: Line, account: Account, now: datetime) -> list[SentMessage]:
    """Inbound messages that we do not know, oldest first."""
    if line.kind == Line.Kind.CONSULTANT and chat_index.how_built(line.pk) != chat_index.ALL:
        rebuilding.rebuild(line)  # a list that was lost no longer tells which messages are new
    since = (line.reconciled_at or now - FIRST_LOOK_BACK) - OVERLAP
    listed = client.list_messages(account, recipient=line.address, since=since, limit=MOST_LISTED)
    known = _known_sids(line, [one.sid for one in listed])
    return [
        one
        for one in reversed(listed)
        if one.is_inbound and one.recipient == line.address and one.sid not in known
    ]


def _known_sids(line: Line, sids: list[str]) -> set[str | None]:
    """As rows, as rows about to be, or in the chat list."""
    rows = Message.objects.filter(sid__in=sids).values_list("sid", flat=True)
    waiting = Arrival.objects.filter(sid__in=sids).values_list("sid", flat=True)
    listed = chat_index.seen(line.pk, sids) if line.kind == Line.Kind.CONSULTANT else ()
    return {*rows, *waiting, *listed}


def _take_in(line: Line, account: Account, lost: list[SentMessage]) -> int:
    messages = [_as_inbound(account, one) for one in lost]
    if line.kind == Line.Kind.CONSULTANT:
        return sessions.take_in(line, messages)
    return sum(record_inbound(line, message) is not None for message in messages)


def _as_inbound(account: Account, listed: SentMessage) -> InboundMessage:
    return InboundMessage.listed(
        sid=listed.sid,
        sender=listed.sender,
        recipient=listed.recipient,
        body=listed.body,
        has_media=bool(listed.media_count),
        media=client.list_media(account, listed.sid) if listed.media_count else (),
        sent_at=listed.created_at or timezone.now(),
    )
