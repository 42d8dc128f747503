"""Meta's webhook: who may speak, what is taken in, and that nothing of it is taken twice."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.tests.makers import make_consultant
from whatsapp import chat_index, delivery, refused, window
from whatsapp.arrivals import take_in_waiting
from whatsapp.cloud_payloads import changes_in
from whatsapp.models import Arrival, Conversation, Line, Message, StatusReport
from whatsapp.redis_connection import connection as redis_connection
from whatsapp.services import send
from whatsapp.tests.cloud_payloads import BSUID, PATH, message, post, status, value, wamid, webhook
from whatsapp.tests.makers import CLIENT, make_cloud_line, make_conversation, make_line

pytestmark = pytest.mark.django_db(transaction=True)


def taken_in(client, *messages, **over) -> list[Message]:
    assert post(client, webhook(value(*messages, **over))).status_code == 200
    take_in_waiting()
    return list(Message.objects.filter(direction="in").order_by("created_at", "seq"))


def challenge(client, **over):
    query = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    return client.get(PATH, query | over)


def test_challenge_is_given_back_to_who_knows_the_verify_token(client):
    make_cloud_line()
    answer = challenge(client)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "over", [{"hub.verify_token": "guess"}, {"hub.verify_token": ""}, {"hub.mode": "other"}]
)
def test_challenge_of_anybody_else_is_refused(client, over):
    make_cloud_line()
    assert challenge(client, **over).status_code == 403


def test_challenge_without_a_verify_token_of_ours_is_refused(client):
    make_cloud_line(verify_token="")
    assert challenge(client, **{"hub.verify_token": ""}).status_code == 403


def test_message_is_taken_in_once(client):
    line = make_cloud_line()
    said = message()

    [stored] = taken_in(client, said)
    taken_in(client, said)

    assert (stored.sid, stored.body, stored.kind) == (said["id"], "Oi", "text")
    conversation = Conversation.objects.get()
    assert (conversation.line, conversation.client_address) == (line, CLIENT)
    assert conversation.profile_name == "Cliente Teste"
    assert Message.objects.count() == 1


def test_message_that_meta_brings_late_counts_from_when_it_was_written(client):
    make_cloud_line()
    written = timezone.now().replace(microsecond=0) - timedelta(hours=25)

    [stored] = taken_in(client, message(timestamp=str(int(written.timestamp()))))

    conversation = Conversation.objects.get()
    assert (stored.created_at, conversation.last_inbound_at) == (written, written)
    assert not window.is_open(conversation)


@pytest.mark.parametrize("timestamp", ["99999999999", "9" * 20, "-5", "0", "soon", "", None, 1e300, ["x"]])
def test_message_of_no_believable_time_came_just_now(client, timestamp):
    make_cloud_line()
    began = timezone.now()

    [stored] = taken_in(client, message(timestamp=timestamp))

    assert began <= stored.created_at <= timezone.now()


def test_message_of_a_stranger_while_redis_is_away_is_asked_for_again(client, settings):
    line = make_cloud_line(kind="consultant", consultant=make_consultant())
    body, at = webhook(value(message())), settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:9"
    redis_connection.cache_clear()
    try:
        answer = post(client, body)
    finally:
        settings.REDIS_URL = at
        redis_connection.cache_clear()

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert post(client, body).status_code == 200
    assert [chat.entry.text for chat in chat_index.page(line.pk)] == ["Oi"]


def test_message_that_the_database_refuses_is_not_quoted_in_the_log(client, caplog):
    make_cloud_line()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE whatsapp_arrival ADD CONSTRAINT refused CHECK (sid = '')")
        try:
            answer = post(client, webhook(value(message())))
        finally:
            cursor.execute("ALTER TABLE whatsapp_arrival DROP CONSTRAINT refused")

    assert answer.status_code == 503
    assert "IntegrityError" in str([vars(record) for record in caplog.records])
    assert CLIENT.removeprefix("whatsapp:") not in caplog.text


@pytest.mark.parametrize("secret", ["", "other", "app-secret "])
def test_post_without_the_right_signature_is_refused_and_counted(client, secret):
    make_cloud_line()

    assert post(client, webhook(value(message())), secret).status_code == 403
    assert client.post(PATH, "{}", content_type="application/json").status_code == 403
    assert refused.today()["cloud"] == 2
    assert not Arrival.objects.exists()


def test_signature_is_of_the_raw_body(client):
    make_cloud_line()
    raw = b'{ "entry" : [ ] ,\n "object":"whatsapp_business_account" }'
    assert post(client, raw).status_code == 200


def test_next_app_secret_signs_too(client):
    make_cloud_line(next_app_secret="next")
    assert post(client, webhook(value(message())), "next").status_code == 200


def test_line_without_an_app_secret_believes_nobody(client):
    make_cloud_line(app_secret="")
    assert post(client, webhook(value(message())), "").status_code == 403


def test_app_of_one_number_cannot_speak_for_another(client):
    make_cloud_line()
    make_line(
        address="whatsapp:+14155550777",
        transport=Line.Transport.CLOUD,
        phone_number_id="999",
        app_secret="theirs",
    )

    assert post(client, webhook(value(message())), "theirs").status_code == 200
    assert not Arrival.objects.exists()


def test_one_post_of_several_entries_and_messages_is_taken_in_whole(client):
    make_cloud_line()
    body = webhook(
        value(message(), message("text", {"body": "de novo"})),
        value(message("text", {"body": "Hola"}, **{"from": "5215512345678"}), contacts=[]),
        value(message(), number_id="unknown"),
    )

    assert post(client, body).status_code == 200
    take_in_waiting()

    assert sorted(Message.objects.values_list("body", flat=True)) == ["Hola", "Oi", "de novo"]
    assert Conversation.objects.count() == 2


def test_person_without_a_number_is_known_by_the_user_id(client):
    make_cloud_line()
    person = {"profile": {"name": "Marina", "username": "marina"}, "user_id": BSUID}

    taken_in(client, message(**{"from": None, "from_user_id": BSUID}), contacts=[person])

    conversation = Conversation.objects.get()
    assert (conversation.client_key, conversation.external_user_id) == (BSUID, BSUID)
    assert (conversation.client_address, conversation.profile_name) == (f"whatsapp:{BSUID}", "Marina")


def test_person_who_begins_to_hide_the_number_keeps_the_conversation(client):
    make_cloud_line()
    known = {"profile": {"name": "Marina"}, "wa_id": "5511987654321", "user_id": BSUID}
    taken_in(client, message(from_user_id=BSUID), contacts=[known])

    taken_in(client, message(**{"from": None, "from_user_id": BSUID}), contacts=[{"user_id": BSUID}])

    assert Conversation.objects.get().messages.count() == 2


@pytest.mark.parametrize("kind", ["reaction", "system", "request_welcome"])
def test_what_is_no_message_is_not_taken_in(client, kind):
    make_cloud_line()
    assert taken_in(client, message(kind, {"emoji": "👍"})) == []


def test_other_fields_and_odd_shapes_are_passed_over(client):
    make_cloud_line()
    good = message()
    odd = [None, 7, {}, {"from": "5511987654321"}, {"id": ["x"], "from": {}}, message(id="")]

    assert post(client, webhook(value(message()), field="account_update")).status_code == 200
    assert [one.sid for one in taken_in(client, *odd, good)] == [good["id"]]
    for body in ([], 7, None, {"entry": 7}, {"entry": [{"changes": {}}]}, {"entry": [{"changes": [None]}]}):
        assert post(client, body).status_code == 200


@pytest.mark.parametrize("raw", [b"", b"no json", b"\xff\xfe", b"[" * 200_000])
def test_signed_body_that_is_no_json_is_400(client, raw):
    make_cloud_line()
    assert post(client, raw).status_code == 400


def test_body_over_the_limit_is_refused(client):
    make_cloud_line()
    assert post(client, b"x" * 300_000).status_code == 413


def test_text_with_nul_and_broken_characters_is_stored(client):
    make_cloud_line()
    [stored] = taken_in(client, message("text", {"body": "a\x00b\ud83d"}))
    assert stored.body == "ab?"


def test_message_to_a_consultants_line_of_a_stranger_stays_out_of_the_database(client):
    make_cloud_line(kind="consultant", consultant=make_consultant())
    assert taken_in(client, message()) == []
    assert not Arrival.objects.exists()
    assert not Conversation.objects.exists()


def test_line_that_was_heard_says_so(client):
    line = make_cloud_line()
    taken_in(client, message())
    line.refresh_from_db()
    assert line.last_inbound_at is not None


def offered(cloud) -> Message:
    [reply] = send(make_conversation(make_cloud_line()), ["Olá"], author="agent")
    delivery.deliver_due(seconds=0.2)
    reply.refresh_from_db()
    return reply


def told(client, *statuses) -> None:
    assert post(client, webhook(value(messages=[], statuses=list(statuses)))).status_code == 200


def test_statuses_rise_in_any_order(cloud, client):
    reply = offered(cloud)

    told(client, status("read", reply.sid), status("sent", reply.sid), status("delivered", reply.sid))

    reply.refresh_from_db()
    assert reply.status == "read"


def test_failure_that_is_told_later_says_why(cloud, client):
    reply = offered(cloud)

    told(client, status("failed", reply.sid, errors=[{"code": 131026, "title": "undeliverable"}]))

    reply.refresh_from_db()
    assert (reply.status, reply.error_code) == ("failed", "131026")
    assert "not on WhatsApp" in reply.error_text


def test_failure_for_a_closed_window_closes_it(cloud, client):
    reply = offered(cloud)
    Message.objects.filter(direction="in").update(created_at="2026-01-01T00:00:00Z")
    Conversation.objects.update(last_inbound_at="2026-01-01T00:00:00Z")

    told(client, status("failed", reply.sid, errors=[{"code": 131047}]))

    assert Conversation.objects.get().window_closed_early


def test_status_settles_a_message_whose_answer_was_lost(cloud, client):
    cloud.behave("garbage")
    reply = offered(cloud)
    assert reply.status == "unknown"
    sid = wamid()

    told(client, status("delivered", sid, biz_opaque_callback_data=str(reply.pk)))

    reply.refresh_from_db()
    assert (reply.status, reply.sid) == ("delivered", sid)


def test_status_by_the_app_of_one_line_settles_nothing_of_another(client):
    make_cloud_line()
    [reply] = send(make_conversation(make_line(address="whatsapp:+14155550177")), ["Olá"], author="agent")

    told(client, status("read", wamid(), biz_opaque_callback_data=str(reply.pk)))

    reply.refresh_from_db()
    assert (reply.status, reply.sid) == ("queued", None)


def test_line_that_was_switched_off_takes_statuses_and_no_messages(cloud, client):
    reply = offered(cloud)
    Line.objects.update(is_active=False)

    told(client, status("read", reply.sid))
    assert [one.body for one in taken_in(client, message("text", {"body": "de novo"}))] == ["Oi"]

    reply.refresh_from_db()
    assert reply.status == "read"
    assert challenge(client).status_code == 403


def test_status_of_a_message_not_known_yet_is_kept(client):
    make_cloud_line()
    told(
        client,
        status("delivered", "wamid.later", biz_opaque_callback_data="odd"),
        {"id": 7},
        {"status": "sent"},
    )
    assert StatusReport.objects.get().sid == "wamid.later"


def test_twilio_cannot_speak_for_a_line_at_meta(client):
    make_cloud_line()
    form = {"MessageSid": "SM1", "From": CLIENT, "To": "whatsapp:+14155238886", "Body": "Oi"}
    assert client.post("/webhooks/whatsapp/", form).status_code == 403


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "from", "type", "text", "body", "image", "context"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(json_values, json_values)
def test_whatever_comes_is_understood_or_passed_over(said, person):
    body = webhook(value(messages=[said], contacts=[person], statuses=[said]))
    for change in changes_in(body):
        for one in change.messages("whatsapp:+14155238886"):
            json.dumps(vars(one)).encode()
        change.statuses()
