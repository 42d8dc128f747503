"""Bodies that come without a length (`Transfer-Encoding: chunked`, or HTTP/2), and those that end before it.

Django reads as many bytes as CONTENT_LENGTH says, and none where nothing is said. A server that sets
`wsgi.input_terminated` ends the input itself, so that here it can be read and counted first. Where the
sender is gone in the middle, some servers hand over what came as if it were all.
"""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, TypeAlias

from django.conf import settings

from leads.wholeness import UNMEASURED, BrokenOffError, shows_its_end

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
API = "/api/"
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


def measured(application: Application) -> Application:
    """The same application, which is told the length of every body, and of none that is not all there."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in BODILESS:
            _watch(environ)
        return application(environ, start_response)

    return answer


def _watch(environ: dict[str, Any]) -> None:
    length = environ.get("CONTENT_LENGTH") or ""
    # With both, chunks count and the length does not: RFC 9112, 6.3
    is_chunked = "HTTP_TRANSFER_ENCODING" in environ or not length
    if is_chunked and environ.get("wsgi.input_terminated"):
        _measure(environ)
    elif length.isdigit():
        environ["wsgi.input"] = _Promised(environ["wsgi.input"], int(length))


def _measure(environ: dict[str, Any]) -> None:
    """One byte more than anything here accepts is enough to be refused as too large."""
    try:
        body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    except OSError:  # as gunicorn says that the sender is gone
        environ["wsgi.input"] = _Promised(BytesIO(), 1)
        environ["CONTENT_LENGTH"] = "1"
        return
    # The webhooks store it and say so; of what they cannot tell the end, Twilio's are signed as a whole
    is_doubtful = environ["PATH_INFO"].startswith(API) and not shows_its_end(
        body, environ.get("CONTENT_TYPE") or ""
    )
    length = len(body) + is_doubtful
    environ["wsgi.input"] = _Promised(BytesIO(body), length)
    environ["CONTENT_LENGTH"] = str(length)
    environ[UNMEASURED] = True


class _Promised:
    """An input that fails where it ends before the length that was said."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """All that was asked for and promised. Raises BrokenOffError."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        body: bytes = self._stream.read(wanted)
        while len(body) < wanted:
            more = self._stream.read(wanted - len(body))
            if not more:
                raise BrokenOffError(body)
            body += more
        self._left -= len(body)
        return body

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self._stream.readline(size)
        self._left -= len(line)
        if self._left and not line.endswith(b"\n") and len(line) != size:
            raise BrokenOffError(line)
        return line
