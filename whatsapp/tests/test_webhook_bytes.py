"""Bodies at Twilio's door that no honest form has: odd bytes, charsets and sizes."""

import base64
import hmac
import json
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client

from leads.tests.makers import make_consultant
from whatsapp import chat_index
from whatsapp.accounts import account_of
from whatsapp.arrivals import take_in_waiting
from whatsapp.models import Message
from whatsapp.signatures import HEADER, sign
from whatsapp.tests.makers import (
    INBOUND_PATH,
    STATUS_PATH,
    inbound_form,
    make_consultant_line,
    make_line,
    post_signed,
    signed,
)

pytestmark = pytest.mark.django_db


ADDRESSED = b"MessageSid=SM1&From=whatsapp%3A%2B5511987654321&To=whatsapp%3A%2B14155238886&"


def post_raw(client, path: str, body: bytes) -> int:
    """Signed as Twilio signs what a reader of the form sees: each parameter's values, each once."""
    form = QueryDict(body, encoding="utf-8")
    parts = (name + value for name in sorted(form) for value in sorted(set(form.getlist(name))))
    signed_text = settings.PUBLIC_URL + path + "".join(parts)
    token = account_of(None).token.encode()
    signature = base64.b64encode(hmac.new(token, signed_text.encode(), "sha1").digest()).decode()
    kind = "application/x-www-form-urlencoded"
    return client.post(path, body, content_type=kind, headers={HEADER: signature}).status_code


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"Body=caf%FF%FE", "caf\ufffd\ufffd"),
        (b"Body=%ED%A0%80", "\ufffd\ufffd\ufffd"),
        (b"Body=a%00b", "ab"),
        (b"Body=one&Body=two", "two"),
        (b"Body=%zz&&&=x&Other", "%zz"),
        (b"Body=%F0%9F%91%8D%E2%80%AE", "\U0001f44d\u202e"),
        (b"NumMedia=-3&Body=x", "x"),
        (b"NumMedia=99999999999999999999&Body=x", "x"),
        (b"Latitude=north&Longitude=%00&Body=", ""),
    ],
)
def test_inbound_odd_bytes_are_taken_or_refused_and_never_break(client, body, kept):
    make_line()

    assert post_raw(client, INBOUND_PATH, ADDRESSED + body) == 200
    take_in_waiting()

    assert Message.objects.get().body == kept


@pytest.mark.parametrize(
    "body",
    [
        b"%00" * 1000,
        b"MessageSid=%00&From=%00&To=%00",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_inbound_what_is_no_message_is_a_client_error(client, body):
    make_line()

    assert post_raw(client, INBOUND_PATH, body) in (400, 403)
    assert post_raw(client, STATUS_PATH, body) in (400, 403)
    assert not Message.objects.exists()


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "text/xml"])
def test_inbound_of_another_content_type_is_a_client_error(client, content_type):
    make_line()
    body = json.dumps(inbound_form()).encode()
    headers = {HEADER: sign(settings.PUBLIC_URL + INBOUND_PATH, {}, account_of(None))}

    response = client.post(INBOUND_PATH, body, content_type=content_type, headers=headers)

    assert response.status_code in (400, 403)


@pytest.mark.parametrize("to", ["whatsapp:+14155238886", "whatsapp:+14155550101"])
def test_inbound_file_of_everything_at_once_is_kept_whole(client, to):
    make_line()
    line = make_consultant_line(make_consultant())
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(20)}
    media |= {f"MediaContentType{n}": "image/png" for n in range(20)}
    form = inbound_form("", To=to, NumMedia="20", MessageType="image", **media)

    assert post_signed(client, INBOUND_PATH, form).status_code == 200

    if to == line.address:
        [chat] = chat_index.page(line.pk)
        assert len(chat_index.said_in(line.pk, chat.entry.chat_id)[0].media) == 20
    else:
        assert len(Message.objects.get().media) == 20


@pytest.mark.parametrize("path", [INBOUND_PATH, STATUS_PATH])
def test_webhook_of_thousands_of_parameters_is_a_client_error(client, path):
    body = "&".join(f"p{number}=1" for number in range(20_001))

    response = client.post(
        path, body, content_type="application/x-www-form-urlencoded", headers={HEADER: "x"}
    )

    assert response.status_code == 400


@pytest.mark.parametrize("path", [INBOUND_PATH, STATUS_PATH])
@pytest.mark.parametrize("charset", ["hex", "rot13", "undefined", "idna", "raw_unicode_escape", "utf-7"])
@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded"]
)
def test_webhook_in_a_strange_charset_is_a_client_error_and_is_not_decoded(path, charset, content_type):
    make_line()
    body = b'--b\r\nContent-Disposition: form-data; name="To"\r\n\r\n\\ud800\r\n--b--\r\n'
    kind = f"{content_type}; charset={charset}"

    answer = Client(raise_request_exception=False).generic(
        "POST", path, body, content_type=kind, headers={HEADER: "x"}
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("path", [INBOUND_PATH, STATUS_PATH])
@pytest.mark.parametrize("codec", ["nonsense", "hex", "idna", ""])
def test_webhook_whose_part_names_a_strange_codec_is_a_client_error(path, codec):
    make_line()
    body = f"--b\r\nContent-Disposition: form-data; name*={codec}'en'%ff\r\n\r\nx\r\n--b--\r\n"

    answer = Client(raise_request_exception=False).generic(
        "POST", path, body, content_type="multipart/form-data; boundary=b", headers={HEADER: "x"}
    )

    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_webhook_that_names_its_charset_is_taken(client, charset):
    make_line()
    form = inbound_form("Olá")
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    answer = client.post(INBOUND_PATH, urlencode(form), content_type=kind, headers=signed(INBOUND_PATH, form))

    assert answer.status_code == 200
    assert take_in_waiting() == 1
