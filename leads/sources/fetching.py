"""Asking a vendor for the answers behind an id: HTTPS, JSON, with deadlines, told apart by what may help."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.utils.translation import gettext as _

from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.throttling import heed, rest_of
from leads.waiting import lend_connection

TIMEOUT_SECONDS = 8
MAX_BYTES = 4 * 1024 * 1024
# Worth another attempt: too many requests, or trouble on their side.
PASSING = {408, 409, 425, 429, 500, 502, 503, 504}

GONE = {404, 410}
Named = TypeVar("Named")


class FetchError(Exception):
    """The answers could not be had. `is_final`: asking again will not help until a person mends something.

    `retry_after`: how long the vendor wants to be left alone, where it says so. `is_gone`: there is no such
    thing there, or no longer. `found`: what had been got before, of several.
    """

    def __init__(
        self,
        message: str,
        *,
        is_final: bool = False,
        retry_after: timedelta | None = None,
        is_gone: bool = False,
    ) -> None:
        super().__init__(message)
        self.found: list[LeadPayload] = []
        self.is_gone = is_gone
        self.is_final = is_final
        self.retry_after = retry_after


class _NoRedirects(HTTPRedirectHandler):
    """A token goes to the host it is meant for and to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def fetch_json(
    url: str,
    *,
    token: str,
    query: Mapping[str, str] | None = None,
    passing_codes: Collection[int] = (),
    is_urgent: bool = True,
) -> dict[str, Any]:
    """GET a JSON object. The token goes into a header, never into an address or a log.

    A vendor that wants to be left alone is not asked, nor is one whose limit is nearly spent where it
    `is_urgent` to nobody. `passing_codes`: codes inside an error's body that mean "later", whatever the
    HTTP status.
    """
    if rest := rest_of(url, token, is_urgent=is_urgent):
        raise FetchError(_("The vendor wants to be left alone for a while."), retry_after=rest)
    address = f"{url}?{urlencode(query)}" if query else url
    request = Request(address, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})  # noqa: S310
    lend_connection()
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            heed(url, token, response.status, response.headers)
            answer = json.loads(response.read(MAX_BYTES))
    except HTTPError as error:
        detail = _detail(error)
        is_final = error.code not in PASSING and not _passes(detail, passing_codes)
        message = f"{_('The answers could not be fetched')}: HTTP {error.code} {detail[:500]}"
        wait = heed(url, token, error.code, error.headers)
        raise FetchError(
            message.strip(), is_final=is_final, retry_after=wait, is_gone=error.code in GONE
        ) from error
    except (URLError, OSError, HTTPException, ValueError) as error:
        raise FetchError(f"{_('The answers could not be fetched')}: {type(error).__name__}") from error
    if not isinstance(answer, dict):
        raise FetchError(_("The answer has an unexpected shape."))
    return answer


def token_of(source: Source) -> str:
    """Raises FetchError where there is none: only a person can mend that."""
    if not source.access_token:
        text = str(_("The source has no access token: the answers cannot be fetched."))
        raise FetchError(text, is_final=True)
    return str(source.access_token)


def fetch_each(
    named: Mapping[str, Named],
    fetch_one: Callable[[str, Named], LeadPayload],
    is_owed: Callable[[str, Named], bool],
) -> list[LeadPayload]:
    """All that a body names and that is still owed. One that is gone for good stops no other.

    Raises FetchError where none can be had, and at the first that may yet be had: its `found` are those before.
    """
    found: list[LeadPayload] = []
    problems: list[FetchError] = []
    for name, told in named.items():
        # The only one is asked for whenever it is processed, so that a replay mends its lead
        if not is_owed(name, told) and len(named) > 1:
            continue
        try:
            found.append(fetch_one(name, told))
        except FetchError as error:
            if not error.is_final or len(named) == 1:
                error.found = found
                raise
            problems.append(error)
            found.append(LeadPayload(external_id=name, extra={"problem": str(error)}))
    if len(problems) == len(named):
        raise problems[0]
    return found


def _detail(error: HTTPError) -> str:
    """The answer's own words: an expired token, a missing permission."""
    try:
        return error.read(2000).decode("utf-8", "replace")
    except (OSError, HTTPException):
        return ""


def _passes(detail: str, passing_codes: Collection[int]) -> bool:
    """`{"error": {"code": 4, "is_transient": true}}`."""
    try:
        error = json.loads(detail).get("error")
    except (ValueError, AttributeError):
        return False
    return isinstance(error, dict) and (
        error.get("is_transient") is True or error.get("code") in passing_codes
    )
