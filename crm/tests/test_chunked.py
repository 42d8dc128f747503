"""Senders that stream a body tell no length: as production's own server hands such requests over."""

import json
import socket
import sys
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from rest_framework.authtoken.models import Token

from crm.chunked import measured
from crm.processes import Child, stop_all
from leads import deliveries
from leads.models import Delivery, Lead, Source
from leads.services.replaying import replay_deliveries
from leads.tests.makers import make_manager, make_statuses
from leads.wholeness import BrokenOffError
from tests.stack import database_url, free_port, stack_environment, wait_for
from whatsapp.models import Arrival
from whatsapp.tests.makers import inbound_form, make_line, signed

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

PUBLIC_URL = "https://crm.example"
ACCOUNT_SID, AUTH_TOKEN = f"AC{0:032x}", "authenticity"
LEAD = json.dumps({"name": "Ana Souza", "phone": "+5511987654321"}).encode()


@pytest.fixture(scope="module")
def port(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    number = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"),
        *("--port", str(number), "--workers", "1", "--blocking-threads", "2", "crm.wsgi:application"),
    ]
    name = connection.settings_dict["NAME"]
    environment = stack_environment(name) | {
        "DATABASE_URL": database_url(name),
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "REDIS_PREFIX": settings.REDIS_PREFIX,
    }
    server = Child("granian", command, tmp_path_factory.mktemp("granian") / "log", environment)
    server.start()
    try:
        wait_for(lambda: answers(number), seconds=60, what="granian")
        yield number
    finally:
        stop_all([server])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def post_chunked(port: int, path: str, chunks: Iterable[bytes], **headers: str) -> str:
    """The status line and the body of the answer; the chunks go as they are given, and then the last one."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Connection: close", "Transfer-Encoding: chunked"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), 20) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        for chunk in (*chunks, b""):
            wire.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        return b"".join(iter(lambda: wire.recv(65536), b"")).decode()


def make_source() -> Source:
    return Source.objects.create(slug="site", name="Site", secret="s3cret")


def test_lead_without_a_length_is_stored_whole(port):
    make_source()

    answer = post_chunked(
        port,
        "/webhooks/leads/site/",
        [LEAD[:20], LEAD[20:]],
        Content_Type="application/json",
        Authorization="Bearer s3cret",
    )

    assert answer.startswith("HTTP/1.1 202")
    assert bytes(Delivery.objects.get().body) == LEAD


def test_lead_without_a_length_is_refused_where_it_is_too_large(port):
    make_source()
    chunk = b" " * 65_536

    answer = post_chunked(port, "/webhooks/leads/site/", [chunk] * 5, Authorization="Bearer s3cret")

    assert answer.startswith("HTTP/1.1 413")
    assert not Delivery.objects.exists()


def test_message_without_a_length_is_taken_in(port, settings):
    settings.PUBLIC_URL = PUBLIC_URL
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT_SID, AUTH_TOKEN
    make_line()
    form = inbound_form("Oi")
    headers = signed("/webhooks/whatsapp/", form)

    answer = post_chunked(
        port,
        "/webhooks/whatsapp/",
        [urlencode(form).encode()],
        Content_Type="application/x-www-form-urlencoded",
        **headers,
    )

    assert answer.startswith("HTTP/1.1 200")
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", LEAD),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="phone"\r\n\r\n+5511987654321\r\n--x--\r\n',
        ),
    ],
)
def test_api_reads_a_body_without_a_length(port, content_type, body):
    make_statuses()
    token = Token.objects.create(user=make_manager()).key

    answer = post_chunked(
        port, "/api/leads/", [body], Content_Type=content_type, Authorization=f"Token {token}"
    )

    assert answer.startswith("HTTP/1.1 201")
    assert Lead.objects.get().phone == "+5511987654321"


FORM = "application/x-www-form-urlencoded"
HALF = b"name=Ana+Souza&phone=%2B551198765"
IN_PARTS = b'--x\r\nContent-Disposition: form-data; name="phone"\r\n\r\n+5511987654321\r\n--x'


def post_half(port: int, path: str, body: bytes, *lines: str) -> bytes:
    """The sender says no more in the middle of the body; the answer's status line."""
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Connection: close", *lines, "", ""]
    with socket.create_connection(("127.0.0.1", port), 20) as wire:
        wire.sendall("\r\n".join(head).encode() + body)
        wire.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: wire.recv(65536), b""))


@pytest.mark.parametrize("content_type", [FORM, "application/json", "multipart/form-data; boundary=x"])
def test_body_that_breaks_off_makes_no_lead_and_says_so(port, content_type):
    make_statuses()
    make_source()
    kind, opened = f"Content-Type: {content_type}", "Authorization: Bearer s3cret"
    whole = {"application/json": LEAD, FORM: HALF + b"4321"}.get(content_type, IN_PARTS + b"--")
    part = whole[:-4]
    chunked = ("Transfer-Encoding: chunked", opened, kind)

    answers = [
        post_half(port, "/webhooks/leads/site/", part, f"Content-Length: {len(whole)}", opened, kind),
        # Between two chunks, in the middle of one, and before what is no chunk
        post_half(port, "/webhooks/leads/site/", b"%x\r\n%b\r\n" % (len(part), part), *chunked),
        post_half(port, "/webhooks/leads/site/", b"%x\r\n%b" % (len(whole), part), *chunked),
        post_half(port, "/webhooks/leads/site/", b"%x\r\n%b\r\nZZ\r\n" % (len(part), part), *chunked),
    ]
    deliveries.process_pending()

    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 400"] * 4
    assert list(Delivery.objects.values_list("state", flat=True)) == ["rejected"] * 4
    assert all(str(pk).encode() in b"".join(answers) for pk in Delivery.objects.values_list("pk", flat=True))
    replay_deliveries(Delivery.objects.values_list("pk", flat=True))
    deliveries.process_pending()
    assert not Lead.objects.exists()


def test_half_a_form_makes_no_lead_by_the_api(port):
    make_statuses()
    token = Token.objects.create(user=make_manager()).key

    opened = (f"Content-Type: {FORM}", f"Authorization: Token {token}")
    answers = [
        post_half(port, "/api/leads/", HALF, f"Content-Length: {len(HALF) + 4}", *opened),
        # Its end cannot be seen, so the whole of it is refused too
        post_half(
            port, "/api/leads/", b"%x\r\n%b\r\n" % (len(HALF), HALF), "Transfer-Encoding: chunked", *opened
        ),
    ]

    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 400"] * 2
    assert all(b'"incomplete"' in answer for answer in answers)
    assert not Lead.objects.exists()


class Gone:
    """The input of a server that notices: gunicorn fails where a chunk is missing."""

    def read(self, size: int) -> bytes:
        raise OSError("the sender is gone")


def test_server_that_notices_that_the_sender_is_gone_hands_over_nothing():
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/webhooks/leads/site/",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input_terminated": True,
        "wsgi.input": Gone(),
    }

    def application(told, _start):
        return [told["wsgi.input"].read(int(told["CONTENT_LENGTH"]))]

    with pytest.raises(BrokenOffError):
        measured(application)(environ, lambda *_: None)
