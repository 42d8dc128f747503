"""A worker that is asked to stop ends what it has in hand and takes nothing more: the rows wait for another.

Else whoever stopped it gives up waiting and kills it, with a message at the provider of which nobody knows then
whether it was taken.
"""

from threading import Event

_asked = Event()


def ask_to_stop() -> None:
    """Of this process, for good."""
    _asked.set()


def is_asked() -> bool:
    """Whoever works through a queue looks here before each of its rows."""
    return _asked.is_set()
