"""A call ends when its time is up, whatever the other side sends; TLS is checked as ever."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from whatsapp import calls
from whatsapp.tests.serving import (
    HEAD,
    LONG_SECONDS,
    drip_body,
    drip_body_of_no_length,
    drip_head,
    say_hello,
    say_nothing,
    serving,
)


@pytest.mark.parametrize("say", [drip_head, drip_body, drip_body_of_no_length, say_nothing])
def test_call_is_over_when_its_time_is_up(say):
    began = time.monotonic()

    with serving(say) as url, pytest.raises(requests.RequestException), calls.over_within(0.5):
        calls.session().get(url, timeout=LONG_SECONDS)

    assert time.monotonic() - began < LONG_SECONDS / 2


def test_call_that_is_answered_in_time_is_left_alone():
    with serving(say_hello) as url, calls.over_within(LONG_SECONDS):
        assert calls.session().get(url, timeout=LONG_SECONDS).text == "hello"


def test_call_outside_of_a_limit_is_as_ever():
    with serving(say_hello) as url:
        assert calls.session().get(url, timeout=LONG_SECONDS).text == "hello"


def test_call_keeps_no_connection_even_where_the_server_would():
    came: list[socket.socket] = []

    def say_hello_to_each(talking: socket.socket) -> None:
        came.append(talking)
        while talking.recv(65536):
            talking.sendall(HEAD + b"Content-Length: 5\r\n\r\nhello")

    with serving(say_hello_to_each) as url:
        for _ in range(3):
            assert calls.session().get(url, timeout=LONG_SECONDS).text == "hello"
    assert len(came) == 3


def test_nobody_s_certificate_is_refused(tmp_path):
    with serving(say_hello, certificate(tmp_path)) as url, pytest.raises(requests.exceptions.SSLError):
        calls.session().get(url, timeout=LONG_SECONDS)


def test_certificate_of_one_s_own_bundle_is_trusted_and_such_a_call_is_cut_too(own_bundle):
    with serving(say_hello, own_bundle) as url:
        assert calls.session().get(url, timeout=LONG_SECONDS).text == "hello"
    began = time.monotonic()
    with (
        serving(drip_body, own_bundle) as url,
        pytest.raises(requests.RequestException),
        calls.over_within(1),
    ):
        calls.session().get(url, timeout=LONG_SECONDS)
    assert time.monotonic() - began < LONG_SECONDS / 2


def test_call_by_way_of_a_proxy_trusts_one_s_own_bundle(own_bundle, proxied):
    with serving(say_hello, own_bundle) as url:
        assert calls.session().get(url, timeout=LONG_SECONDS).text == "hello"
    assert proxied == [url.removeprefix("https://").removesuffix("/")]


def test_call_by_way_of_a_proxy_refuses_nobody_s_certificate(tmp_path, proxied):
    with serving(say_hello, certificate(tmp_path)) as url, pytest.raises(requests.exceptions.SSLError):
        calls.session().get(url, timeout=LONG_SECONDS)
    assert len(proxied) == 1


@pytest.mark.parametrize("say", [drip_head, drip_body, say_nothing])
def test_call_by_way_of_a_proxy_is_over_when_its_time_is_up(own_bundle, proxied, say):
    began = time.monotonic()

    with serving(say, own_bundle) as url, pytest.raises(requests.RequestException), calls.over_within(1):
        calls.session().get(url, timeout=LONG_SECONDS)

    assert time.monotonic() - began < LONG_SECONDS / 2


def test_plain_call_by_way_of_a_proxy_that_drips_is_over_when_its_time_is_up(monkeypatch):
    began = time.monotonic()

    with serving(drip_body) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(requests.RequestException), calls.over_within(0.5):
            calls.session().get("http://provider.example/", timeout=LONG_SECONDS)

    assert time.monotonic() - began < LONG_SECONDS / 2


@pytest.fixture
def own_bundle(tmp_path, monkeypatch) -> Iterator[ssl.SSLContext]:
    """A server's certificate, which this process trusts by its bundle."""
    tls = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    calls._adapter.cache_clear()
    yield tls
    calls._adapter.cache_clear()


@pytest.fixture
def proxied(monkeypatch) -> Iterator[list[str]]:
    """Where calls over TLS went by way of the proxy that is set."""
    asked: list[str] = []
    with serving(lambda talking: tunnel(talking, asked)) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        yield asked


def tunnel(talking: socket.socket, asked: list[str]) -> None:
    """What CONNECT asks for: bytes to and fro, until either side has gone."""
    asked.append(talking.recv(65536).split()[1].decode())
    host, port = asked[-1].split(":")
    with socket.create_connection((host, int(port))) as provider:
        talking.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=pump, args=(provider, talking), daemon=True).start()
        pump(talking, provider)


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65536):
            sink.sendall(said)
        sink.shutdown(socket.SHUT_WR)


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's, signed by itself for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(place, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(signed.public_bytes(encoding))
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
