"""Calls that end when their time is up, whatever the other side does.

A client library's timeout counts from byte to byte, so a server that sends one byte now and then is
never late. Here the call runs on an event loop in a thread of its own, one per process, and is
cancelled at its deadline, which closes the connection.
"""

import asyncio
import os
from collections.abc import Coroutine
from functools import cache
from threading import Lock, Thread
from typing import Any, TypeVar

from leads.waiting import lend_connection

Result = TypeVar("Result")

# For a loop that is busy: the wait in this thread must not end before the one over there does
GRACE_SECONDS = 1
_starting = Lock()


def run_within(seconds: float, call: Coroutine[Any, Any, Result]) -> Result:
    """The call's result; TimeoutError after `seconds`. May be used by many threads at once."""
    lend_connection()
    future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(call, seconds), process_loop())
    try:
        return future.result(seconds + GRACE_SECONDS)
    finally:
        future.cancel()


def process_loop() -> asyncio.AbstractEventLoop:
    """The loop of this process. A forked worker gets one of its own."""
    # Two threads that come first would else start two loops, of which one runs for nothing
    with _starting:
        return _loop_of(os.getpid())


@cache
# A fork copies the loop and not its thread: calls given to it would wait for ever
def _loop_of(pid: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name=f"model-calls-{pid}", daemon=True).start()
    return loop
