"""Kombu's transport over Redis with one client per channel: Kombu makes a new one to take, to acknowledge and to
publish a task, each of which takes longer than the command it is made for."""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis

NAMES = ("redis", "rediss")


class Channel(redis.Channel):
    _kept: Any = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        # The one that waits for tasks has a connection of its own
        if asynchronous:
            return super()._create_client(asynchronous=True)
        # A channel whose connection was lost gets another pool
        if self._kept is None or self._kept.connection_pool is not self.pool:
            self._kept = super()._create_client()
        return self._kept


class Transport(redis.Transport):
    Channel = Channel


def use() -> None:
    """Have every broker address of Redis mean this transport."""
    TRANSPORT_ALIASES.update(dict.fromkeys(NAMES, f"{__name__}:{Transport.__name__}"))
