"""Fetching a file from a provider without becoming a tool against our own network."""

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings

from whatsapp import calls
from whatsapp.accounts import Account

API_HOST = "api.twilio.com"
# Where Twilio's media addresses redirect to; the credentials do not go there.
CDN_HOSTS = ("media.twiliocdn.com", "mms.twiliocdn.com", "s3-external-1.amazonaws.com")
META_HOSTS = ("lookaside.fbsbx.com",)
# What Twilio carries on WhatsApp; at Meta, documents may be larger, and such a one stays there
MOST_BYTES = 16 * 1024 * 1024
MOST_REDIRECTS = 3
READ_SECONDS, TOTAL_SECONDS = 5, 30
REDIRECTS = (301, 302, 303, 307, 308)


class HopelessError(Exception):
    """This file will not be had. `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotNowError(Exception):
    """It may work later."""


@dataclass(frozen=True)
class Downloaded:
    content: bytes
    content_type: str


def download(
    url: str, account: Account | None, allowed_types: Sequence[str], *, seconds: float = TOTAL_SECONDS
) -> Downloaded:
    """The file at a media address of Twilio's, `seconds` from the first byte to the last, redirects included.

    Raises HopelessError or NotNowError.
    """
    if account is None:
        raise NotNowError
    with _within(seconds):
        return _followed(_at_the_account(url, account), account, allowed_types)


def download_with_token(
    url: str, token: str, allowed_types: Sequence[str], *, seconds: float = TOTAL_SECONDS
) -> Downloaded:
    """The file at an address that Meta named; the token goes to Meta's own hosts alone."""
    with _within(seconds):
        _check_meta(url)
        with _open(url, None, {"Authorization": f"Bearer {token}"}) as answer:
            if answer.status_code in REDIRECTS:
                raise HopelessError("foreign_host")
            return _read(answer, allowed_types)


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """The library's own timeout begins anew with every byte, and a file may come a byte at a time."""
    try:
        with calls.over_within(seconds):
            yield
    except ValueError as error:  # an address that nothing can read, such as one with half a pair of brackets
        raise HopelessError("foreign_host") from error
    except requests.RequestException as error:
        raise NotNowError from error


def _followed(url: str, account: Account, allowed_types: Sequence[str]) -> Downloaded:
    """The credentials go with the first call alone."""
    auth: tuple[str, str] | None = (account.sid, account.token)
    for _ in range(MOST_REDIRECTS + 1):
        with _open(url, auth) as answer:
            if answer.status_code not in REDIRECTS:
                return _read(answer, allowed_types)
            url, auth = urljoin(url, answer.headers.get("Location", "")), None
        _check_cdn(url, account)
    raise HopelessError("too_many_redirects")


def _at_the_account(url: str, account: Account) -> str:
    """Only Twilio's API host is believed; where the account lives elsewhere, that host is, and is asked."""
    if account.api_base_url and url.startswith(account.api_base_url + "/"):
        return url
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc != API_HOST:
        raise HopelessError("foreign_host")
    if account.api_base_url:
        return account.api_base_url + parts.path
    _check_public(API_HOST)
    return url


def _check_cdn(url: str, account: Account) -> None:
    parts = urlsplit(url)
    if account.api_base_url and url.startswith(account.api_base_url + "/"):
        return
    if parts.scheme != "https" or parts.netloc not in CDN_HOSTS:
        raise HopelessError("foreign_host")
    _check_public(parts.netloc)


def _check_meta(url: str) -> None:
    graph, parts = urlsplit(settings.META_GRAPH_URL), urlsplit(url)
    if (parts.scheme, parts.netloc) == (graph.scheme, graph.netloc):
        return
    if parts.scheme != "https" or parts.netloc not in META_HOSTS:
        raise HopelessError("foreign_host")
    _check_public(parts.netloc)


def _check_public(host: str) -> None:
    """No name that leads into a private network, however it is spelled."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotNowError from error
    # The connection asks for the name again and may hear another address; so only fixed hosts come here
    if not all(ipaddress.ip_address(address[0]).is_global for *_, address in found):
        raise HopelessError("private_address")


def _open(url: str, auth: tuple[str, str] | None, headers: dict[str, str] | None = None) -> requests.Response:
    return calls.session().get(
        url, auth=auth, headers=headers, stream=True, timeout=READ_SECONDS, allow_redirects=False
    )


def _read(answer: requests.Response, allowed_types: Sequence[str]) -> Downloaded:
    if answer.status_code == requests.codes.too_many_requests or answer.status_code >= 500:
        raise NotNowError
    if not answer.ok:
        raise HopelessError("not_found")
    content_type = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
    # By what the server says now, not by what the webhook claimed
    if not content_type.startswith(tuple(allowed_types)):
        raise HopelessError("type_not_allowed")
    return Downloaded(b"".join(_chunks(answer)), content_type)


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    size = 0
    for chunk in answer.iter_content(64 * 1024):
        size += len(chunk)
        if size > MOST_BYTES:
            raise HopelessError("too_large")
        yield chunk
