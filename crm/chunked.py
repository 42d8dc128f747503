"""Bodies that come without a length: `Transfer-Encoding: chunked`, or HTTP/2.

Django reads as many bytes as CONTENT_LENGTH says, and none where nothing is said. A server that sets
`wsgi.input_terminated` ends the input itself, so that here it can be read and counted first.
"""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, TypeAlias

from django.conf import settings

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


def measured(application: Application) -> Application:
    """The same application, which is told the length of every body."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _has_unknown_length(environ):
            _measure(environ)
        return application(environ, start_response)

    return answer


def _has_unknown_length(environ: dict[str, Any]) -> bool:
    """With both, chunks count and the length does not: RFC 9112, 6.3."""
    if environ["REQUEST_METHOD"] in BODILESS or not environ.get("wsgi.input_terminated"):
        return False
    return "HTTP_TRANSFER_ENCODING" in environ or not environ.get("CONTENT_LENGTH")


def _measure(environ: dict[str, Any]) -> None:
    """One byte more than anything here accepts is enough to be refused as too large."""
    body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
