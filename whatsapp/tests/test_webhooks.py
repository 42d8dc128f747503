"""Twilio's knocks at the door, real shapes and bad ones."""

import base64
import hmac
import json
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.tests.makers import make_consultant
from whatsapp import chat_index, refused
from whatsapp.accounts import Account, account_of
from whatsapp.arrivals import take_in_waiting
from whatsapp.models import Conversation, Line, Message
from whatsapp.redis_connection import connection as redis_connection
from whatsapp.services import send
from whatsapp.signals import message_changed
from whatsapp.signatures import HEADER, SETTINGS_HEADER, sign
from whatsapp.tests.makers import (
    INBOUND_PATH,
    STATUS_PATH,
    inbound_form,
    make_consultant_line,
    make_conversation,
    make_line,
    post_signed,
)

pytestmark = pytest.mark.django_db


def test_inbound_signed_message_is_recorded_and_answered_with_empty_twiml(client):
    make_line()

    response = post_signed(client, INBOUND_PATH, inbound_form("Olá"))

    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml"
    assert response.content.endswith(b"<Response></Response>")
    assert Message.objects.get().body == "Olá"


@pytest.mark.parametrize("signature", ["", "bm9wZQ==", "nonsense"])
def test_inbound_bad_signature_is_refused_and_leaves_no_row(client, signature):
    make_line()

    response = client.post(INBOUND_PATH, inbound_form(), headers={HEADER: signature})

    assert response.status_code == 403
    assert not Conversation.objects.exists()


def test_inbound_missing_signature_is_refused(client):
    make_line()
    assert client.post(INBOUND_PATH, inbound_form()).status_code == 403


def test_inbound_signature_of_a_foreign_account_is_refused(client):
    make_line(account_sid="AC" + "2" * 32, auth_token="the lines own")

    assert post_signed(client, INBOUND_PATH, inbound_form()).status_code == 403
    assert not Message.objects.exists()


def test_inbound_next_token_of_a_line_is_accepted_during_rotation(client):
    line = make_line(account_sid="AC" + "2" * 32, auth_token="old", next_auth_token="new")
    new = Account("AC", "new", ("new",))

    assert post_signed(client, INBOUND_PATH, inbound_form(), account=account_of(line)).status_code == 200
    assert post_signed(client, INBOUND_PATH, inbound_form(), account=new).status_code == 200


@pytest.fixture
def known_line(client) -> Line:
    """A consultant's line at its own account, that this process has just heard something for."""
    line = make_consultant_line(make_consultant("ana"), account_sid="AC" + "2" * 32, auth_token="old")
    assert wrote_to(client, line, "Oi") == 200
    return line


def wrote_to(client, line: Line, body: str, token: str = "old") -> int:
    form = inbound_form(body, To=line.address, From="whatsapp:+5521955554444")
    account = Account(line.account_sid, token, (token,))
    return post_signed(client, INBOUND_PATH, form, account=account).status_code


def change(line: Line, **over) -> None:
    """As another process does it: nothing in this one is told."""
    Line.objects.filter(pk=line.pk).update(**over)


def test_inbound_to_a_consultants_line_by_a_revoked_token_is_refused_at_once(client, known_line):
    change(known_line, auth_token="new")

    assert wrote_to(client, known_line, "forged") == 403
    assert wrote_to(client, known_line, "Olá", token="new") == 200
    assert [chat.entry.text for chat in chat_index.page(known_line.pk)] == ["Olá"]


def test_inbound_to_a_consultants_line_switched_off_is_not_listed(client, known_line):
    change(known_line, is_active=False)

    assert wrote_to(client, known_line, "Ninguém lê") == 403
    assert [chat.entry.text for chat in chat_index.page(known_line.pk)] == ["Oi"]


def test_inbound_to_a_consultants_line_is_told_to_its_new_owner_alone(
    client, known_line, django_capture_on_commit_callbacks
):
    bia, owners = make_consultant("bia"), []

    def listen(sender, **said):
        owners.append(said["chat"]["consultant_id"])

    message_changed.connect(listen)
    change(known_line, consultant=bia)
    with django_capture_on_commit_callbacks(execute=True):
        wrote_to(client, known_line, "Para Bia")

    assert owners == [bia.pk]


def test_inbound_to_a_line_whose_kind_changed_goes_where_it_belongs_now(client, known_line):
    change(known_line, kind=Line.Kind.AGENT, consultant=None)
    assert wrote_to(client, known_line, "Ao agente") == 200
    assert Message.objects.get().body == "Ao agente"

    change(known_line, kind=Line.Kind.CONSULTANT, consultant=make_consultant("bia"))
    assert wrote_to(client, known_line, "À Bia") == 200
    assert Message.objects.count() == 1
    assert [chat.entry.text for chat in chat_index.page(known_line.pk)] == ["À Bia"]


def test_inbound_to_a_consultants_line_writes_its_row_once_a_minute_at_most(client, known_line):
    with CaptureQueriesContext(connection) as queries:
        wrote_to(client, known_line, "dois")
        wrote_to(client, known_line, "três")

    assert not [one["sql"] for one in queries if one["sql"].startswith('UPDATE "whatsapp_line"')]


def test_inbound_without_any_account_believes_nobody(client):
    make_line()
    signed_by = account_of(None)
    settings.SIMULATOR, before = False, settings.SIMULATOR
    try:
        assert post_signed(client, INBOUND_PATH, inbound_form(), account=signed_by).status_code == 403
    finally:
        settings.SIMULATOR = before


def test_inbound_unknown_line_is_answered_and_forgotten(client):
    response = post_signed(client, INBOUND_PATH, inbound_form(To="whatsapp:+15550009999"))

    assert response.status_code == 200
    assert not Conversation.objects.exists()


def test_inbound_same_sid_again_changes_nothing(client):
    make_line()
    form = inbound_form()

    assert post_signed(client, INBOUND_PATH, form).status_code == 200
    assert post_signed(client, INBOUND_PATH, form).status_code == 200
    assert Message.objects.count() == 1


def test_inbound_strange_but_signed_messages_are_taken(client):
    make_line()
    strange = [
        inbound_form(""),
        inbound_form("x", MessageType="hologram", Surprise="yes"),
        inbound_form("com \x00 nulo"),
        inbound_form("a" * 70_000),
        inbound_form("", NumMedia="20", **{f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(20)}),
        inbound_form("x", NumMedia="many"),
        inbound_form("👨‍👩‍👧‍👦 \u202e olá"),
    ]

    assert [post_signed(client, INBOUND_PATH, form).status_code for form in strange] == [200] * len(strange)
    assert Message.objects.count() == len(strange)
    assert len(Message.objects.get(seq=5).media) == 20


def test_inbound_too_large_or_incomplete_is_a_client_error(client):
    make_line()

    assert post_signed(client, INBOUND_PATH, inbound_form("a" * 1_000_000)).status_code == 413
    assert post_signed(client, INBOUND_PATH, {"To": "whatsapp:+14155238886", "Body": "x"}).status_code == 400
    assert client.get(INBOUND_PATH).status_code == 405
    assert not Message.objects.exists()


def test_inbound_needs_no_csrf_token():
    make_line()
    assert post_signed(Client(enforce_csrf_checks=True), INBOUND_PATH, inbound_form()).status_code == 200


def test_inbound_every_documented_parameter_is_kept(client):
    make_line()
    form = inbound_form(
        "Quero comprar",
        MessageType="button",
        ButtonPayload="buy",
        ButtonText="Quero comprar",
        OriginalRepliedMessageSid="SM" + "d" * 32,
        Forwarded="true",
        Latitude="51.5",
        Longitude="-0.2",
        Address="187 Freston Road",
        MessagingServiceSid="MG" + "1" * 32,
        ChannelMetadata=json.dumps({"type": "whatsapp"}),
    )

    post_signed(client, INBOUND_PATH, form)

    message = Message.objects.get()
    assert message.kind == "button"
    assert form.items() <= message.details.items()


def test_status_signed_report_moves_the_message(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "From": "whatsapp:+14155238886"}
    path = f"{STATUS_PATH}?message={message.pk}"

    assert post_signed(client, path, form).status_code == 200

    message.refresh_from_db()
    assert message.status == "delivered"


def test_status_report_of_failure_speaks_plainly_and_closes_the_window(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    form = {
        "MessageSid": "SM1",
        "MessageStatus": "undelivered",
        "ErrorCode": "63016",
        "ErrorMessage": "",
        "From": "whatsapp:+14155238886",
    }

    post_signed(client, f"{STATUS_PATH}?message={message.pk}", form)

    message.refresh_from_db()
    assert message.status == "failed"
    assert "24-hour window" in message.error_text
    assert Conversation.objects.get().window_closed_early


def test_status_signed_by_another_lines_account_settles_nothing(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    other = make_line(address="whatsapp:+14155550199", account_sid="AC" + "2" * 32, auth_token="theirs")
    form = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "21610", "From": other.address}

    answer = post_signed(client, f"{STATUS_PATH}?message={message.pk}", form, account=account_of(other))

    message.refresh_from_db()
    assert (answer.status_code, message.status, message.sid) == (200, "queued", None)
    assert not Conversation.objects.get().is_opted_out


def test_status_from_a_number_that_is_no_line_of_ours_settles_nothing(client):
    message = send(make_conversation(), ["Olá"], author="agent")[0]
    form = {"MessageSid": "SM1", "MessageStatus": "read", "From": "whatsapp:+15550009999"}

    assert post_signed(client, f"{STATUS_PATH}?message={message.pk}", form).status_code == 200

    message.refresh_from_db()
    assert message.status == "queued"


@pytest.mark.parametrize("account", [{}, {"account_sid": "AC" + "2" * 32, "auth_token": "own"}])
def test_status_of_a_line_that_was_switched_off_is_taken(client, account):
    line = make_line(**account)
    message = send(make_conversation(line), ["Olá"], author="agent")[0]
    change(line, is_active=False)
    form = {"MessageSid": "SM1", "MessageStatus": "read", "From": line.address}

    path = f"{STATUS_PATH}?message={message.pk}"
    assert post_signed(client, path, form, account=account_of(line)).status_code == 200

    message.refresh_from_db()
    assert message.status == "read"


def test_status_bad_signature_or_odd_ids_are_refused_or_kept(client):
    form = {"MessageSid": "SM404", "MessageStatus": "read", "From": "whatsapp:+14155238886"}

    assert client.post(STATUS_PATH, form).status_code == 403
    assert post_signed(client, f"{STATUS_PATH}?message=not-a-uuid", form).status_code == 200
    assert post_signed(client, STATUS_PATH, {"MessageStatus": "read"}).status_code == 400


def test_inbound_url_of_the_signature_is_the_public_one_not_the_hosts(client, settings):
    settings.PUBLIC_URL = "https://crm.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    make_line()
    form = inbound_form()
    signature = sign(f"https://crm.example.com{INBOUND_PATH}", form, account_of(None))

    response = client.post(INBOUND_PATH, form, headers={HEADER: signature, "Host": "127.0.0.1:8000"})

    assert response.status_code == 200


def shared_key_headers(path: str, form: dict, key: str) -> dict[str, str]:
    """As Twilio signs with a SharedKey: SHA-256, and a header that says so."""
    signed = settings.PUBLIC_URL + path + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.new(key.encode(), signed.encode(), "sha256").digest()).decode()
    return {HEADER: signature, SETTINGS_HEADER: "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}


@pytest.mark.parametrize("account", [{}, {"account_sid": "AC" + "2" * 32, "auth_token": "token"}])
def test_inbound_signed_by_either_shared_key_is_taken_during_rotation(client, account):
    line = make_line(shared_key="first key", next_shared_key="second key", **account)

    for key, expected in (("first key", 200), ("second key", 200), ("third key", 403)):
        form = inbound_form()
        response = client.post(INBOUND_PATH, form, headers=shared_key_headers(INBOUND_PATH, form, key))
        assert response.status_code == expected, key
    assert post_signed(client, INBOUND_PATH, inbound_form(), account=account_of(line)).status_code == 200


def test_inbound_signed_by_a_retired_shared_key_is_refused(client):
    line = make_line(shared_key="first key", next_shared_key="second key")
    line.shared_key, line.next_shared_key = "second key", ""
    line.save()
    form = inbound_form()

    headers = shared_key_headers(INBOUND_PATH, form, "first key")

    assert client.post(INBOUND_PATH, form, headers=headers).status_code == 403


def test_inbound_signed_by_an_algorithm_nobody_knows_is_refused(client):
    make_line(shared_key="first key")
    form = inbound_form()
    headers = shared_key_headers(INBOUND_PATH, form, "first key") | {SETTINGS_HEADER: "algorithm=HMAC_MD5"}

    assert client.post(INBOUND_PATH, form, headers=headers).status_code == 403


def signed(path: str, form: dict) -> dict[str, str]:
    return {HEADER: sign(settings.PUBLIC_URL + path, form, account_of(None))}


@contextmanager
def database_away():
    """A host where nobody answers, for new connections; the test's own has been closed."""
    connection.close()
    host, connection.settings_dict["HOST"] = connection.settings_dict["HOST"], "/nowhere"
    try:
        yield
    finally:
        connection.settings_dict["HOST"] = host


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("to", ["whatsapp:+14155238886", "whatsapp:+14155550101", "whatsapp:+15550009999"])
def test_inbound_while_the_database_is_away_says_try_again_soon(client, to):
    make_line()
    make_consultant_line(make_consultant())
    form = inbound_form(To=to)
    with database_away():
        began = time.monotonic()
        response = client.post(INBOUND_PATH, form, headers=signed(INBOUND_PATH, form))

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert time.monotonic() - began < 2
    assert post_signed(client, INBOUND_PATH, form).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_status_while_the_database_is_away_says_try_again(client):
    make_line()
    form = {"MessageSid": "SM1", "MessageStatus": "read", "From": "whatsapp:+14155238886"}
    with database_away():
        response = client.post(STATUS_PATH, form, headers=signed(STATUS_PATH, form))
    assert response.status_code == 503
    assert post_signed(client, STATUS_PATH, form).status_code == 200


def test_refused_webhooks_are_counted(client):
    make_line()
    for path, signature in ((INBOUND_PATH, "nonsense"), (INBOUND_PATH, ""), (STATUS_PATH, "nonsense")):
        client.post(path, inbound_form(), headers={HEADER: signature})
    post_signed(client, INBOUND_PATH, inbound_form())

    assert refused.today() == refused.ever() == {"inbound": 2, "status": 1}


def test_refused_webhooks_without_redis_are_refused_all_the_same(client, settings, monkeypatch):
    monkeypatch.setattr(refused, "_ask_again_at", 0.0)  # and is put back
    settings.REDIS_URL = "redis://127.0.0.1:9"
    redis_connection.cache_clear()
    try:
        assert client.post(INBOUND_PATH, inbound_form(), headers={HEADER: "x"}).status_code == 403
    finally:
        redis_connection.cache_clear()


def post_raw(client, path: str, body: bytes) -> int:
    """Signed as Twilio signs what a reader of the form sees: each parameter's values, each once."""
    form = QueryDict(body, encoding="utf-8")
    parts = (name + value for name in sorted(form) for value in sorted(set(form.getlist(name))))
    signed_text = settings.PUBLIC_URL + path + "".join(parts)
    token = account_of(None).token.encode()
    signature = base64.b64encode(hmac.new(token, signed_text.encode(), "sha1").digest()).decode()
    kind = "application/x-www-form-urlencoded"
    return client.post(path, body, content_type=kind, headers={HEADER: signature}).status_code


ADDRESSED = b"MessageSid=SM1&From=whatsapp%3A%2B5511987654321&To=whatsapp%3A%2B14155238886&"


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
    body = "&".join(f"p{number}=1" for number in range(2000))

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
