"""Asking a vendor for the answers behind an id: HTTPS, JSON, with deadlines, told apart by what may help."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 8
MAX_BYTES = 4 * 1024 * 1024
# Worth another attempt: too many requests, or trouble on their side.
PASSING = {408, 409, 425, 429, 500, 502, 503, 504}


class FetchError(Exception):
    """The answers could not be had. `is_final`: asking again will not help until a person mends something."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class _NoRedirects(HTTPRedirectHandler):
    """A token goes to the host it is meant for and to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def fetch_json(
    url: str, *, token: str, query: Mapping[str, str] | None = None, body: Any = None
) -> dict[str, Any]:
    """GET (with `body`: POST) a JSON object. The token goes into a header, never into an address or a log."""
    address = f"{url}?{urlencode(query)}" if query else url
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    try:
        with _opener.open(Request(address, data=data, headers=headers), timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            answer = json.loads(response.read(MAX_BYTES))
    except HTTPError as error:
        raise FetchError(_words(error), is_final=error.code not in PASSING) from error
    except (URLError, OSError, ValueError) as error:
        raise FetchError(f"The answers could not be fetched: {type(error).__name__}") from error
    if not isinstance(answer, dict):
        raise FetchError("The answer has an unexpected shape")
    return answer


def _words(error: HTTPError) -> str:
    """Their own words, short; a body may say why (an expired token, a missing permission)."""
    try:
        detail = error.read(2000).decode("utf-8", "replace")
    except OSError:
        detail = ""
    return f"The answers could not be fetched: HTTP {error.code} {detail}".strip()
