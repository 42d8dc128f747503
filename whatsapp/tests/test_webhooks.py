"""Twilio's knocks at the door, real shapes and bad ones."""

import base64
import hmac
import json
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.tests.makers import make_consultant
from whatsapp import chat_index, refused
from whatsapp.accounts import Account, account_of
from whatsapp.models import Conversation, Line, Message
from whatsapp.redis_connection import connection as redis_connection
from whatsapp.signals import message_changed
from whatsapp.signatures import HEADER, SETTINGS_HEADER, sign
from whatsapp.tests.makers import (
    INBOUND_PATH,
    STATUS_PATH,
    change_line,
    inbound_form,
    make_consultant_line,
    make_line,
    post_signed,
    signed,
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


def test_inbound_to_a_consultants_line_by_a_revoked_token_is_refused_at_once(client, known_line):
    change_line(known_line, auth_token="new")

    assert wrote_to(client, known_line, "forged") == 403
    assert wrote_to(client, known_line, "Olá", token="new") == 200
    assert [chat.entry.text for chat in chat_index.page(known_line.pk)] == ["Olá"]


def test_inbound_to_a_consultants_line_switched_off_is_not_listed(client, known_line):
    change_line(known_line, is_active=False)

    assert wrote_to(client, known_line, "Ninguém lê") == 403
    assert [chat.entry.text for chat in chat_index.page(known_line.pk)] == ["Oi"]


def test_inbound_to_a_consultants_line_is_told_to_its_new_owner_alone(
    client, known_line, django_capture_on_commit_callbacks
):
    bia, owners = make_consultant("bia"), []

    def listen(sender, **said):
        owners.append(said["chat"]["consultant_id"])

    message_changed.connect(listen)
    change_line(known_line, consultant=bia)
    with django_capture_on_commit_callbacks(execute=True):
        wrote_to(client, known_line, "Para Bia")

    assert owners == [bia.pk]


def test_inbound_to_a_line_whose_kind_changed_goes_where_it_belongs_now(client, known_line):
    change_line(known_line, kind=Line.Kind.AGENT, consultant=None)
    assert wrote_to(client, known_line, "Ao agente") == 200
    assert Message.objects.get().body == "Ao agente"

    change_line(known_line, kind=Line.Kind.CONSULTANT, consultant=make_consultant("bia"))
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


@pytest.mark.parametrize(
    ("named", "signed_with", "answer"),
    [
        ("AC" + "2" * 32, "own", 200),
        ("AC" + "2" * 32, "own too", 200),
        ("AC" + "2" * 32, "somebody else's", 403),
        ("AC" + "3" * 32, "own", 403),
        ("AC\x00", "own", 403),
    ],
)
def test_inbound_unknown_line_is_answered_for_the_account_of_any_line(client, named, signed_with, answer):
    """An account has more numbers than lines here; a refusal would have Twilio try five times more."""
    make_line(account_sid="AC" + "2" * 32, auth_token="own")
    make_line(address="whatsapp:+15550001111", account_sid="AC" + "2" * 32, auth_token="own too")
    form = inbound_form(To="whatsapp:+15550009999", AccountSid=named)
    account = Account(named, signed_with, (signed_with,))

    assert post_signed(client, INBOUND_PATH, form, account=account).status_code == answer
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

    refusals = [
        post_signed(client, INBOUND_PATH, inbound_form("a" * 1_000_000)),
        post_signed(client, INBOUND_PATH, {"To": "whatsapp:+14155238886", "Body": "x"}),
        client.get(INBOUND_PATH),
        client.post(INBOUND_PATH, "{}", content_type="application/json"),
        client.post(INBOUND_PATH, inbound_form()),
    ]
    said = [(refusal.status_code, refusal.json()["code"]) for refusal in refusals]
    assert said == [
        (413, "too_large"),
        (400, "not_understood"),
        (405, "method_not_allowed"),
        (400, "not_understood"),
        (403, "not_allowed"),
    ]
    assert all(refusal.json()["detail"] for refusal in refusals)
    assert refusals[2]["Allow"] == "POST"
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
