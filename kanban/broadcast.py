"""The only sender of live updates.

A frame is a hint that carries the whole card: it may be lost, doubled or late, and the changes
after a board's cursor repair that. So sending never fails its caller, and a Redis that is down or
hung costs one second once, then nothing for a while.
"""

import logging
import time
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.utils import translation
from redis.backoff import NoBackoff
from redis.retry import Retry

from kanban import frames
from kanban.authors import author_facts
from kanban.cursor import HEAD, read_head
from kanban.notices import notice_facts
from kanban.wire import Address, channel, pack, session_mark
from leads import one_trip, prepared
from leads.api.facts import CARD_COLUMNS, as_time, card_of_row
from leads.models import Lead, Notice
from leads.rules import pool_members
from whatsapp.api.facts import message_facts
from whatsapp.models import Message

logger = logging.getLogger(__name__)
# Each sender waits a second for a Redis that hangs; nobody should wait for it at every move
PAUSE_SECONDS = 5
# Of a message: the lead of its conversation, whoever has that, and whose line it is on
_THREAD = f"thread.lead_id, thread.consultant_id, line.consultant_id, {HEAD}"
_OF_MESSAGE = """
JOIN whatsapp_conversation AS thread ON thread.id = own.conversation_id
JOIN whatsapp_line AS line ON line.id = thread.line_id"""
ROW_COLUMNS = (*CARD_COLUMNS, "archived_at", "pool_id")


def connect(url: str) -> redis.Redis:
    """A connection that gives up after a second and does not try again."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))


_redis = connect(settings.REDIS_URL)
_paused_until = 0.0


def lead_created(lead_id: str, *, origin: str, actor: dict[str, Any]) -> None:
    row = _row(lead_id)
    if row and row["archived_at"] is None:
        text = _about(row, frames.LEAD_CREATED, {}, origin, actor)
        _publish([(_audience(row), text)])


def lead_updated(
    lead_id: str,
    *,
    action: str,
    changed: list[str],
    origin: str,
    actor: dict[str, Any],
    lost_by: Iterable[int] = (),
) -> None:
    """Tell those who see the lead; those who saw it until now hear no more than that it is gone."""
    data = {"action": action, "changed": changed}
    row = _row(lead_id)
    if row is None:
        return
    # Also where it left the pool just now, since the row does not know any more
    if row["pool_id"] or "pool" in changed:
        queue_changed()
    # Whoever lost it and has it again by now loses nothing
    losers = Address(users=tuple(set(lost_by) - {row["consultant_id"]}))
    # Off every board, its own consultant's included
    if row["archived_at"]:
        everybody = Address(users=(*losers.users, *_audience(row).users), managers=True)
        _publish([(everybody, _gone(row, data, origin, actor))])
        return
    messages = [(_audience(row), _about(row, frames.LEAD_UPDATED, data, origin, actor))]
    if losers.users:
        messages.append((losers, _gone(row, data, origin, actor)))
    _publish(messages)


def queue_changed() -> None:
    """Whoever may take leads from a pool, and the managers, look at the queue again. It names no lead."""
    takers = Address(users=tuple(pool_members()), managers=True)
    _publish([(takers, frames.queue_changed())])


def message_changed(message_id: str) -> None:
    """A message was written, sent, read … Where nobody is a lead yet, those who see the thread hear of it."""
    found = prepared.rows_beside(Message, _THREAD, "own.id = %s", [UUID(message_id)], source=_OF_MESSAGE)
    for row, (lead_id, keeper, owner, head) in found:
        if lead := lead_id and _row(lead_id):
            data, actor = {"message": message_facts(row)}, author_facts(row)
            _publish([(_audience(lead), _about(lead, frames.MESSAGE, data, "", actor))])
        else:
            people = {pk for pk in (keeper, owner) if pk is not None}
            # A private chat on somebody's own number is nobody else's business, a manager's neither
            to = Address(tuple(people), managers=owner is None)
            _chat(str(row.conversation_id), message_facts(row), as_time(row.created_at), to, head)


def chat_message(
    *, consultant_id: int, chat_id: str, message: dict[str, Any], timestamp: str | None, **_: Any
) -> None:
    """A message of somebody who is no lead, on a consultant's own line: nobody else's business."""
    _chat(chat_id, message, timestamp, Address(users=(consultant_id,)), read_head())


def notice_owed(notice_id: int) -> None:
    """Tell the one person whom it is for, on all their screens."""
    notice = Notice.objects.filter(pk=notice_id).select_related("user", "lead").first()
    if notice is not None:
        # Made by whatever process saw the notice; its language is the reader's and not the worker's
        with translation.override(notice.user.language or settings.LANGUAGE_CODE):
            text = frames.notice(notice_facts(notice))
        _publish([(Address(only=(notice.user_id,)), text)])


def session_ended(session_key: str) -> None:
    """Close the sockets of a browser that logged out."""
    _publish([(Address(closes=session_mark(session_key)), "")])


def _chat(chat_id: str, message: dict[str, Any], timestamp: str | None, to: Address, head: int) -> None:
    data = {"chat_id": chat_id, "message": message, "timestamp": timestamp}
    _publish([(to, frames.envelope(frames.MESSAGE, seq=head, lead=None, data=data))])


def _row(lead_id: Any) -> dict[str, Any] | None:
    """Each change asks for it, and Django takes longer to compose the query than PostgreSQL to answer it."""
    row = one_trip.read_row(_row_statement(), [UUID(str(lead_id))])
    return None if row is None else dict(zip(ROW_COLUMNS, row, strict=True))


@cache
def _row_statement() -> str:
    """Django's own query for the columns, its one value left open."""
    return Lead.objects.filter(pk=UUID(int=0)).values_list(*ROW_COLUMNS).query.sql_with_params()[0]


def _audience(row: dict[str, Any]) -> Address:
    owner = row["consultant_id"]
    return Address(users=() if owner is None else (owner,), managers=True)


def _about(row: dict[str, Any], kind: str, data: dict[str, Any], origin: str, actor: dict[str, Any]) -> str:
    return frames.envelope(
        kind, seq=row["changed_in"], lead=card_of_row(row), data=data, origin=origin, actor=actor
    )


def _gone(row: dict[str, Any], data: dict[str, Any], origin: str, actor: dict[str, Any]) -> str:
    # No name, no phone: from now on they are none of the reader's business
    lead = {"id": str(row["id"]), "version": row["version"]}
    return frames.envelope(
        frames.LEAD_UPDATED,
        seq=row["changed_in"],
        lead=lead,
        data=data | {"removed": True},
        origin=origin,
        actor=actor,
    )


def _publish(messages: list[tuple[Address, str]]) -> None:
    """All of them in one round trip, or none while Redis was seen failing a moment ago."""
    global _paused_until
    if time.monotonic() < _paused_until:
        return
    try:
        # One trip for the few frames of a change; nothing needs them to be one
        with _redis.pipeline(transaction=False) as pipeline:
            for address, text in messages:
                pipeline.publish(channel(), pack(address, text))
            pipeline.execute()
    except (redis.RedisError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("live update not sent", extra={"error": type(error).__name__})
