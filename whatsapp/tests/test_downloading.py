"""A download ends when its time is up, and no address that is sent to us can break it."""

import time
from collections.abc import Callable

import pytest

from whatsapp import downloading
from whatsapp.accounts import Account
from whatsapp.tests.serving import (
    HEAD,
    LONG_SECONDS,
    drip,
    drip_body,
    drip_body_of_no_length,
    drip_head,
    say_hello,
    say_nothing,
    serving,
)

URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
KEPT = ("text/plain",)
HOPELESS_ADDRESSES = ["https://[", "https://[::1", "https://[x]/file", "//[", "", "\x00"]


def account_at(url: str) -> Account:
    return Account("AC1", "secret", ("secret",), url.rstrip("/"))


def drip_half_a_head(talking) -> None:
    """Cut here, the head seems to end, and names no type."""
    talking.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(talking)


def redirect_to(location: str) -> Callable:
    def say(talking) -> None:
        talking.recv(65536)
        head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        talking.sendall(head.encode())

    return say


@pytest.mark.parametrize("say", [drip_head, drip_half_a_head, drip_body, drip_body_of_no_length, say_nothing])
def test_download_is_over_when_its_time_is_up_and_tried_again(say):
    began = time.monotonic()

    with serving(say) as url, pytest.raises(downloading.NotNowError):
        downloading.download(URL, account_at(url), KEPT, seconds=0.5)

    assert time.monotonic() - began < LONG_SECONDS / 2


@pytest.mark.parametrize("say", [drip_head, drip_half_a_head, drip_body, drip_body_of_no_length])
def test_download_with_token_is_over_when_its_time_is_up_and_tried_again(settings, say):
    began = time.monotonic()

    with serving(say) as url:
        settings.META_GRAPH_URL = url.rstrip("/")
        with pytest.raises(downloading.NotNowError):
            downloading.download_with_token(url + "file", "token", KEPT, seconds=0.5)

    assert time.monotonic() - began < LONG_SECONDS / 2


def test_download_counts_its_time_over_all_redirects():
    """The second address is the first one again: each call alone would be in time."""
    asked = []

    def say(talking) -> None:
        asked.append(talking.recv(65536))
        if len(asked) == 1:
            talking.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
        else:
            drip_body(talking)

    began = time.monotonic()
    with serving(say) as url, pytest.raises(downloading.NotNowError):
        downloading.download(URL, account_at(url), KEPT, seconds=2)

    assert time.monotonic() - began < LONG_SECONDS / 2
    assert b"Authorization" in asked[0]
    assert all(b"Authorization" not in request for request in asked[1:])


def test_download_that_comes_in_time_is_whole():
    with serving(say_hello) as url:
        got = downloading.download(URL, account_at(url), KEPT, seconds=LONG_SECONDS)

    assert (got.content, got.content_type) == (b"hello", "text/plain")


def test_download_from_the_host_that_answers_for_the_api():
    with serving(say_hello) as url:
        got = downloading.download(f"{url}2010-04-01/Media/ME1", account_at(url), KEPT)
        with pytest.raises(downloading.HopelessError, match="foreign_host"):
            downloading.download(url.rstrip("/") + "0/Media/ME1", account_at(url), KEPT)

    assert got.content == b"hello"


def test_download_of_a_file_cut_short_is_tried_again():
    def say(talking) -> None:
        talking.recv(65536)
        talking.sendall(HEAD + b"Content-Length: 100\r\n\r\nhel")

    with serving(say) as url, pytest.raises(downloading.NotNowError):
        downloading.download(URL, account_at(url), KEPT)


@pytest.mark.parametrize("address", HOPELESS_ADDRESSES)
def test_download_of_an_address_that_cannot_be_read_is_hopeless(address):
    with pytest.raises(downloading.HopelessError, match="foreign_host"):
        downloading.download(address, account_at("http://127.0.0.1:9"), KEPT)


@pytest.mark.parametrize("address", HOPELESS_ADDRESSES)
def test_download_with_token_of_an_address_that_cannot_be_read_is_hopeless(address):
    with pytest.raises(downloading.HopelessError, match="foreign_host"):
        downloading.download_with_token(address, "token", KEPT)


@pytest.mark.parametrize("location", ["https://[", "//[", "http://[::1"])
def test_download_that_is_sent_to_an_address_that_cannot_be_read_is_hopeless(location):
    with (
        serving(redirect_to(location)) as url,
        pytest.raises(downloading.HopelessError, match="foreign_host"),
    ):
        downloading.download(URL, account_at(url), KEPT)
