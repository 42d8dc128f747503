"""HTTP calls to providers: over when their time is up, and made with certificates that were read once.

A timeout of the library counts from byte to byte, so a server that sends one now and then is never late: here
its connection is cut. And for each connection the library reads all certificates to trust, which takes longer
than the call itself.
"""

import heapq
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.certs import where
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import ProxyManager

from leads.waiting import lend_connection

# More than a worker has threads: urllib3 warns of each connection beyond its pool's size
CALLS_AT_ONCE = 256
# Workers are threads (`crm.processes`): the timer of one call must not cut another's socket
_this_thread = threading.local()
_starting = threading.Lock()


@contextmanager
def over_within(seconds: float) -> Iterator[None]:
    """Calls of `session()` in the block, in this thread, are cut when `seconds` have passed: a RequestException."""
    lend_connection()
    call = _this_thread.call = _Call(seconds)
    try:
        yield
    except requests.RequestException:
        raise
    except Exception as error:  # the half of an answer may be taken for a wrong one
        if call.was_cut:
            raise _late(seconds) from error
        raise
    else:
        if call.was_cut:  # a body without a length seems to end where it was cut
            raise _late(seconds)
    finally:
        _this_thread.call = None
        call.end()


def _late(seconds: float) -> requests.ReadTimeout:
    return requests.ReadTimeout(f"not answered within {seconds} s")


def session() -> requests.Session:
    """Keeps no connection: one that the server closed meanwhile fails like a lost answer."""
    own = requests.Session()
    own.headers["Connection"] = "close"
    own.mount("http://", _adapter())
    own.mount("https://", _adapter())
    return own


class _Call:
    """The sockets of one call. Cut by way of their twins, because TLS takes the first ones over."""

    def __init__(self, seconds: float) -> None:
        self.was_cut = False
        self.twins: list[socket.socket] = []
        self.is_over = False
        self.ends_at = time.monotonic() + seconds
        _watch().add(self)

    def __lt__(self, other: "_Call") -> bool:
        return self.ends_at < other.ends_at

    def watch(self, connected: socket.socket) -> None:
        # shutdown(2) ends the connection for every descriptor of it, close(2) would end the twin's alone
        self.twins.append(connected.dup())
        # Connected after its time was up, when there was no socket to cut
        if time.monotonic() >= self.ends_at:
            self.cut()

    def cut(self) -> None:
        self.was_cut = True
        for twin in self.twins:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.is_over = True
        for twin in self.twins:
            twin.close()


class _Watch(threading.Thread):
    """Cuts the calls whose time is up. One thread for all: to start a timer's own for each costs as much as half
    of the call."""

    def __init__(self) -> None:
        # A process that ends does not wait for it
        super().__init__(name="calls", daemon=True)
        self.changed = threading.Condition()
        self.calls: list[_Call] = []
        self.start()

    def add(self, call: _Call) -> None:
        with self.changed:
            heapq.heappush(self.calls, call)
            if self.calls[0] is call:
                self.changed.notify()

    def run(self) -> None:
        while True:
            call = self._next_late()
            if not call.is_over:
                call.cut()

    def _next_late(self) -> _Call:
        """The call whose time is up next, once it is."""
        with self.changed:
            while True:
                left = self.calls[0].ends_at - time.monotonic() if self.calls else None
                if left is not None and left <= 0:
                    return heapq.heappop(self.calls)
                self.changed.wait(left)


def _watch() -> _Watch:
    """This process's. A forked one has its parent's memory and not its threads."""
    with _starting:
        return _watch_of(os.getpid())


@cache
def _watch_of(pid: int) -> _Watch:
    return _Watch()


class _Watched(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if call := getattr(_this_thread, "call", None):
            call.watch(connected)
        return connected


class _WatchedOverTLS(_Watched, HTTPSConnection):
    """The same, before TLS begins."""


class _KeepsNone(HTTPConnectionPool):
    """A server may close after `Connection: close` without saying so; the next call would be lost on it."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()
        super()._put_conn(conn)


class _Pool(_KeepsNone):
    ConnectionCls = _Watched


class _PoolOverTLS(_KeepsNone, HTTPSConnectionPool):
    ConnectionCls = _WatchedOverTLS


WATCHED: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _PoolOverTLS}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        self.trust = _trust()
        super().init_poolmanager(*args, ssl_context=self.trust, **options)
        self.poolmanager.pool_classes_by_scheme = WATCHED

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        """The same by way of a proxy, whose own certificate is checked likewise where it has one."""
        manager = super().proxy_manager_for(
            proxy, ssl_context=self.trust, proxy_ssl_context=self.trust, **options
        )
        manager.pool_classes_by_scheme = WATCHED
        return manager

    def cert_verify(self, conn: Any, *args: Any) -> None:
        super().cert_verify(conn, *args)
        conn.ca_certs = conn.ca_cert_dir = None  # `trust` knows them


@cache
def _adapter() -> _Adapter:
    return _Adapter(pool_maxsize=CALLS_AT_ONCE)


def _trust() -> ssl.SSLContext:
    """What `requests` would trust."""
    # In the order of Requests' own documentation on certificates
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or where()
    is_folder = os.path.isdir(bundle)
    return ssl.create_default_context(
        cafile=None if is_folder else bundle, capath=bundle if is_folder else None
    )
