"""The three dots stay for as long as an answer is thought out; WhatsApp takes them away after 25 seconds.

Threads of the thinking process show them, so that a worker that died shows nothing, and what the provider
takes to answer is added to nobody's wait.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from django.db import connections

from agent.deadline import process_loop
from agent.turns import Claim
from leads.on_commit import after_commit
from whatsapp import services as whatsapp
from whatsapp import window
from whatsapp.models import Conversation

# Before the 25 seconds are over, with room for a provider that is slow
RENEW_AFTER_SECONDS = 20.0
# Courtesy has its own few threads: a provider that hangs holds these up and no answer
AT_ONCE = 8
_courteous = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="typing")


@contextmanager
def typing_shown(claim: Claim, renew_after: float = RENEW_AFTER_SECONDS) -> Iterator[None]:
    """Show the client of `claim` that an answer is being written, until the block ends.

    Nothing is shown to whom nothing may be said any more, and it is not shown again where no answer of
    this turn will follow.
    """
    is_over = Event()
    if not window.is_open(claim.conversation):
        is_over.set()
    # An indicator belongs to a received message; the newest, because it marks it read as well (Twilio's docs)
    sid = next((message.sid for message in reversed(claim.burst) if message.sid), None)

    def show() -> None:
        if sid is not None and not is_over.is_set():
            _in(renew_after, lambda: _courteous.submit(renew))
            whatsapp.show_typing_under(claim.conversation.line, sid)

    def renew() -> None:
        # Asked anew: in 20 seconds a person may have taken the conversation
        if not is_over.is_set() and _is_still_owed(claim):
            show()

    # In a trial or an evaluation everything is rolled back: then no provider hears of it either
    after_commit(_courteous.submit, show)
    try:
        yield
    finally:
        is_over.set()


def _is_still_owed(claim: Claim) -> bool:
    """Whether the turn has its lease yet, the agent the conversation, and the client no answer meanwhile."""
    owed = Conversation.objects.unanswered().filter(pk=claim.conversation.pk, answered_seq__lt=claim.covers)
    try:
        return owed.filter(dialogue__lease_token=claim.token).exists()
    finally:
        # No request ends in this thread, so nobody else would.
        connections.close_all()


def _in(seconds: float, call: Callable[[], object]) -> None:
    loop = process_loop()
    # `call_later` alone may only be called in the loop's own thread (Python's docs on asyncio)
    loop.call_soon_threadsafe(loop.call_later, seconds, call)
