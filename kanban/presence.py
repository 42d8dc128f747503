"""Who has which lead open. Kept in Redis for a minute; forgotten rather than exact."""

import json
import time
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kanban import frames
from kanban.members import Member
from kanban.wire import Address, channel, pack
from leads.models import Lead, User

# Two repetitions may get lost: browsers say it every 20 s
FRESH_SECONDS = 45
STATES = frozenset({"viewing", "typing"})
# A page that says it at every key must not ask the database at every key
FEWEST_SECONDS_BETWEEN = 0.2


class Presence:
    """Where one socket looks. Browsers repeat it every 20 s while the lead stays open."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._lead_id: str | None = None
        self._last_heard = 0.0

    async def look_at(self, lead_id: Any, state: Any) -> None:
        """Open or keep open (`viewing`, `typing`); no lead: close. Others who see the lead are told."""
        now = time.monotonic()
        if now - self._last_heard < FEWEST_SECONDS_BETWEEN:
            return
        self._last_heard = now
        wanted = _as_id(lead_id)
        if self._lead_id and self._lead_id != wanted:
            await self.leave()
        audience = await database_sync_to_async(_audience)(self._member.user_id, wanted) if wanted else None
        if wanted and audience:
            self._lead_id = wanted
            await _note(wanted, audience, self._member, state if state in STATES else "viewing")

    async def leave(self) -> None:
        lead_id, self._lead_id = self._lead_id, None
        if lead_id:
            audience = await database_sync_to_async(_audience)(self._member.user_id, lead_id)
            # The lead may have been given away while it was open; managers still see that its reader left
            await _note(lead_id, audience or Address(managers=True), self._member, None)


def _as_id(text: Any) -> str | None:
    try:
        # In one spelling, since it becomes a key of Redis: no other key can be named by it
        return str(UUID(str(text)))
    except ValueError:
        return None


def _audience(user_id: int, lead_id: str) -> Address | None:
    """Who hears of it: None where the user may not see the lead."""
    user = User.objects.filter(pk=user_id).first()
    lead = user and Lead.objects.visible_to(user).filter(pk=lead_id).only("consultant_id").first()
    if not lead:
        return None
    return Address(users=(lead.consultant_id,) if lead.consultant_id else (), managers=True)


async def _note(lead_id: str, audience: Address, member: Member, state: str | None) -> None:
    key = f"{settings.REDIS_PREFIX}presence:{lead_id}"
    try:
        async with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as redis:
            if state is None:
                await redis.hdel(key, str(member.user_id))
            else:
                seen = {"id": member.user_id, "name": member.name, "state": state, "at": time.time()}
                # By person and not by tab: two tabs of one person are one reader
                await redis.hset(key, str(member.user_id), json.dumps(seen))
                await redis.expire(key, FRESH_SECONDS)
            viewers = [json.loads(seen) for seen in (await redis.hgetall(key)).values()]
            await redis.publish(channel(), pack(audience, frames.presence(lead_id, _fresh(viewers))))
    except (RedisError, OSError):
        return  # presence is a courtesy


def _fresh(viewers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    oldest = time.time() - FRESH_SECONDS
    return [{name: seen[name] for name in ("id", "name", "state")} for seen in viewers if seen["at"] > oldest]
