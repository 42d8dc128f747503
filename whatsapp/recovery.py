"""Messages that no webhook brought, found on Twilio's own list: the last defence against an outage of ours."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import redis
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from leads import mishaps
from whatsapp import chat_index, client, rebuilding, sessions
from whatsapp.accounts import Account, account_of
from whatsapp.listings import SentMessage
from whatsapp.models import Arrival, Line, Message
from whatsapp.payloads import InboundMessage
from whatsapp.run_time import until_over
from whatsapp.send_errors import RefusedError, SendError
from whatsapp.services import record_inbound
from whatsapp.services.inbound import leads_by_key

logger = logging.getLogger(__name__)
# Twilio documents its filter by days; that it heeds the time of day as well matters only beyond this many
MOST_LISTED, MOST_LISTS = 20_000, 10
MOST_RECOVERED = 200  # of a line at once; the next time goes on from there
RUN_SECONDS = 120  # beat starts the next run after 300
LINE_SECONDS = 45  # for its lists, and again for what they name: the files of each message are one more call
LOOK_BACK = timedelta(minutes=15)  # Twilio's list may be late by minutes
# Twilio's times are whole seconds: below two, halving the time asked about comes to no end
SHORTEST_LIST = timedelta(seconds=2)
FIRST_LOOK_BACK = timedelta(hours=1)
FILES_AWAITED = timedelta(minutes=10)  # a list that stays unreadable so long is broken, not late


def recover_lost(seconds: float = RUN_SECONDS, line_seconds: float = LINE_SECONDS) -> int:
    """Take in what clients wrote while our webhook was out of reach. Answers how many messages.

    Lines come in any order, so that those that take long do not always hold up the same others.
    """
    lines = Line.objects.filter(is_active=True, transport=Line.Transport.TWILIO).order_by("?")
    return sum(_recover_line(line, line_seconds) for line in until_over(lines, seconds))


def _recover_line(line: Line, seconds: float) -> int:
    account = account_of(line)
    if account is None:
        return 0
    try:
        return _recover(line, account, seconds)
    except (SendError, redis.RedisError) as error:
        logger.info("lost messages not looked for", extra={"line": line.pk, "why": type(error).__name__})
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one line, the others lost messages, too
        logger.error("lost messages not looked for", extra={"line": line.pk, **mishaps.facts_of(error)})
    return 0


def _recover(line: Line, account: Account, seconds: float) -> int:
    """Looks again, the next time, from the first message that could not be taken in on."""
    now = timezone.now()
    lost, until = _lost(line, account, now, seconds)
    recovered, tried, not_yet = 0, 0, []
    for one in until_over(lost[:MOST_RECOVERED], seconds):
        tried += 1
        try:
            recovered += _take_in(line, account, one)
        except (SendError, DatabaseError) as error:
            logger.warning("not taken in yet", extra={"sid": one.sid, "why": type(error).__name__})
            not_yet.append(one)
    if tried < len(lost):
        not_yet.append(lost[tried - 1])
    Line.objects.filter(pk=line.pk).update(
        # Never past a message that failed: what is known already is passed over quickly
        reconciled_at=min((one.created_at or until for one in not_yet), default=until),
        recovered_count=F("recovered_count") + recovered,
    )
    if recovered:
        logger.warning("recovered messages", extra={"line": line.pk, "count": recovered})
    return recovered


def _lost(line: Line, account: Account, now: datetime, seconds: float) -> tuple[list[SentMessage], datetime]:
    """Inbound messages that we do not know, oldest first, and up to when none is missing among them."""
    if line.kind == Line.Kind.CONSULTANT and chat_index.how_built(line.pk) != chat_index.ALL:
        rebuilding.rebuild(line)  # a list that was lost no longer tells which messages are new
    # Overlaps with the last look, as a message may enter Twilio's list after we have read it
    until = min(line.reconciled_at or now - FIRST_LOOK_BACK, now - LOOK_BACK)
    lost: list[SentMessage] = []
    for _ in until_over(range(MOST_LISTS), seconds):
        listed, until = _listed(line, account, until, now)
        lost += _unknown(line, listed)
        if until >= now or len(lost) > MOST_RECOVERED:
            break
    return lost, until


def _listed(
    line: Line, account: Account, since: datetime, now: datetime
) -> tuple[list[SentMessage], datetime]:
    """What Twilio has from `since` on, and up to when that is all.

    Twilio lists the newest first. Of a list that is cut the oldest would be missing, so a shorter time is asked
    about, until the list is whole.
    """
    until = now
    while True:
        end = None if until == now else until
        listed = client.list_messages(
            account, recipient=line.address, since=since, until=end, limit=MOST_LISTED
        )
        if len(listed) < MOST_LISTED or until - since <= SHORTEST_LIST:
            return listed, until
        until = since + (until - since) / 2


def _unknown(line: Line, listed: list[SentMessage]) -> list[SentMessage]:
    known = _known_sids(line, [one.sid for one in listed])
    return [
        one
        for one in reversed(listed)
        # Twilio finds by To: what we wrote to another line of ours stands in that line's list, too
        if one.is_inbound and one.recipient == line.address and one.sid not in known
    ]


def _known_sids(line: Line, sids: list[str]) -> set[str | None]:
    """As rows, as rows about to be, or in the chat list."""
    rows = Message.objects.filter(sid__in=sids).values_list("sid", flat=True)
    waiting = Arrival.objects.filter(sid__in=sids).values_list("sid", flat=True)
    listed = chat_index.seen(line.pk, sids) if line.kind == Line.Kind.CONSULTANT else ()
    return {*rows, *waiting, *listed}


def _take_in(line: Line, account: Account, lost: SentMessage) -> int:
    message = _as_inbound(account, lost)
    if line.kind == Line.Kind.CONSULTANT:
        return 0 if _was_told_another(line, message) else sessions.take_in(line, [_named(line, message)])
    return int(record_inbound(line, message) is not None)


def _was_told_another(line: Line, message: InboundMessage) -> bool:
    """A stranger's words to the consultant who had the line before; a lead's are the company's."""
    said_at = message.sent_at
    is_before = line.private_since is not None and said_at is not None and said_at < line.private_since
    return is_before and not leads_by_key([message])


def _named(line: Line, message: InboundMessage) -> InboundMessage:
    """Twilio's list has no names: the chat list goes on with the one it knows."""
    known = chat_index.find(line.pk, chat_index.chat_id_of(line.pk, message.client_key))
    return replace(message, profile_name=known.name) if known else message


def _as_inbound(account: Account, listed: SentMessage) -> InboundMessage:
    return InboundMessage.listed(
        sid=listed.sid,
        sender=listed.sender,
        recipient=listed.recipient,
        body=listed.body,
        has_media=bool(listed.media_count),
        media=_files_of(account, listed) if listed.media_count else (),
        sent_at=listed.created_at or timezone.now(),
    )


def _files_of(account: Account, listed: SentMessage) -> list[dict[str, Any]]:
    """None where Twilio will not tell of them: the words are worth more than waiting for ever."""
    try:
        return client.list_media(account, listed.sid)
    except SendError as error:
        age = timezone.now() - (listed.created_at or timezone.now())
        if isinstance(error, RefusedError) or age > FILES_AWAITED:
            logger.warning("taken in without its files", extra={"sid": listed.sid, "why": str(error)})
            return []
        raise
