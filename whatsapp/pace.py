"""How fast we may write: to one person, so that WhatsApp keeps delivering, and from one line in all.

Meta lets a business write to one person about every six seconds, with a burst on credit; Twilio takes
so many messages a second from one sender. Who is too early waits by a due time in its row, or until
the line has room: no worker ever sleeps for it.
"""

import logging
import time
from datetime import datetime, timedelta

import redis
from django.conf import settings

from whatsapp.models import Message
from whatsapp.redis_connection import connection

logger = logging.getLogger(__name__)
# A Redis that hangs costs each call its second: once in a while, not at every message
WITHOUT_REDIS_SECONDS = 5
# Of a message of ours: until when the ones before it were paced, by the last of its conversation
LAST_CREDIT = """(
  SELECT said.paced_until FROM whatsapp_message AS said
  WHERE said.conversation_id = own.conversation_id AND said.paced_until IS NOT NULL
  ORDER BY said.seq DESC LIMIT 1)"""

# A bucket that is full again at the time it holds. KEYS: the line's. ARGV: microseconds that one message
# costs, microseconds that may be owed. Redis' own clock: those of workers may differ.
# %.0f, since Lua's own text of a number, %.14g, would round sixteen digits of microseconds
TAKE_PLACE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + cost
if full_at - now > most then return 0 end
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000) + 1000)
return 1
"""
_ask_again_at = 0.0


def take_turn(message: Message, now: datetime, last: datetime | None) -> datetime | None:
    """None: it may go now, and `paced_until` says so; else when it may. The caller holds the message's row.
    `last`: its `LAST_CREDIT`.

    Messages of one conversation are claimed one after the other, so that the last one knows it all.
    """
    cost = timedelta(seconds=settings.WHATSAPP_PAIR_SECONDS)
    owed_until = max(last or now, now)
    # Credit of a burst: with 20 on credit at six seconds each, up to 114 may be owed already
    may_go_at = owed_until - cost * (settings.WHATSAPP_PAIR_BURST - 1)
    if may_go_at > now:
        return may_go_at
    message.paced_until = owed_until + cost
    return None


def line_has_room(line_id: int) -> bool:
    """Take a place among this second's messages of the line; a place that is then not used does no harm.

    Without Redis there is always room: Twilio then says itself when it is too much.
    """
    global _ask_again_at
    if settings.WHATSAPP_LINE_PER_SECOND <= 0 or time.monotonic() < _ask_again_at:
        return True
    cost = 1_000_000 / settings.WHATSAPP_LINE_PER_SECOND
    script = connection().register_script(TAKE_PLACE)
    try:
        # At least one message's cost, or a rate below one a second would never find room
        return bool(script(keys=[_key(line_id)], args=[cost, max(cost, 1_000_000)]))
    except redis.RedisError as error:
        _ask_again_at = time.monotonic() + WITHOUT_REDIS_SECONDS
        logger.warning("lines are not paced", extra={"why": type(error).__name__})
        return True


def _key(line_id: int) -> str:
    return f"{settings.REDIS_PREFIX}pace:{line_id}"
