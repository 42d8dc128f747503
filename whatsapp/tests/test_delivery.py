"""From the outbox to Twilio, at most once each, whatever Twilio answers."""

import base64
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from leads.errors import InvalidError
from whatsapp import delivery
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import DeliveryStatus
from whatsapp.services import retry_message, send, take_over
from whatsapp.statuses import hear
from whatsapp.sweeps import retry_messages
from whatsapp.tests.makers import AGENT_NUMBER, CLIENT, make_conversation, make_line
from whatsapp.tests.twilio_double import ACCOUNT_SID, AUTH_TOKEN

pytestmark = pytest.mark.django_db


def queue(text="Olá!", **options) -> Message:
    conversation = Conversation.objects.first() or make_conversation()
    return send(conversation, [text], author="agent", **options)[0]


def due_now() -> None:
    Message.objects.filter(status="queued").update(send_after=Now())


def outcome(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.error_code


def test_deliver_due_accepted_message_is_sent_with_our_id_in_the_callback(twilio, settings):
    message = queue("Olá, tudo bem?")

    delivery.deliver_due()

    assert outcome(message) == ("sent", "")
    request = twilio.requests[0]
    assert request.path == f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    assert request.form == {
        "From": AGENT_NUMBER,
        "To": CLIENT,
        "Body": "Olá, tudo bem?",
        "StatusCallback": f"{settings.PUBLIC_URL}/webhooks/whatsapp/status/?message={message.pk}",
    }
    credentials = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    assert request.authorization == f"Basic {credentials}"
    assert message.sid == twilio.accepted[0]["sid"]


def test_deliver_due_message_of_later_waits(twilio):
    message = queue(delay_seconds=5)

    seconds = delivery.deliver_due()

    assert outcome(message) == ("queued", "")
    assert 3 < seconds <= 5


@pytest.mark.parametrize("behaviour", ["429", "400:63018"])
def test_deliver_due_slowed_down_is_tried_again_later(twilio, behaviour):
    twilio.behave(behaviour)
    message = queue()

    delivery.deliver_due()
    assert outcome(message) == ("queued", behaviour.removeprefix("400:"))
    assert message.send_after > timezone.now()

    due_now()
    delivery.deliver_due()
    assert outcome(message) == ("sent", "")
    assert len(twilio.accepted) == 1


def test_deliver_due_connection_refused_is_tried_again_later(settings, twilio):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    message = queue()
    delivery.deliver_due()
    assert outcome(message) == ("queued", "")

    settings.TWILIO_API_BASE_URL = twilio.url
    due_now()
    delivery.deliver_due()
    assert outcome(message) == ("sent", "")


@pytest.mark.parametrize(
    "behaviour",
    [
        "500",
        "accept_then_500",
        "accept_then_hang",
        "accept_then_drip",
        "hang",
        "drip",
        "garbage",
        "empty",
        "drop",
    ],
)
def test_deliver_due_lost_answer_is_never_sent_again(twilio, settings, behaviour):
    settings.TWILIO_TIMEOUT_SECONDS = 0.5
    twilio.behave(behaviour)
    message = queue()

    delivery.deliver_due()
    delivery.deliver_due()

    assert outcome(message) == ("unknown", "not_confirmed")
    assert len([request for request in twilio.requests if request.method == "POST"]) == 1
    assert "may have arrived" in message.error_text


def test_deliver_due_status_callback_settles_a_lost_answer(twilio):
    twilio.behave("accept_then_500")
    message = queue()
    delivery.deliver_due()

    hear(
        DeliveryStatus(sid=twilio.accepted[0]["sid"], status="delivered"), message.pk, line=Line.objects.get()
    )

    assert outcome(message) == ("delivered", "")
    assert message.sid == twilio.accepted[0]["sid"]


@pytest.mark.parametrize(
    ("code", "words"), [("63024", "not on WhatsApp"), ("21617", "too long"), ("99999", "error 99999")]
)
def test_deliver_due_refusal_fails_in_plain_words(twilio, code, words):
    twilio.behave(f"400:{code}")
    message = queue()

    delivery.deliver_due()

    assert outcome(message) == ("failed", code)
    assert words in message.error_text


def test_deliver_due_closed_window_refusal_closes_ours(twilio):
    twilio.behave("400:63016")
    queue()

    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=23))
    delivery.deliver_due()

    assert Conversation.objects.get().window_closes_at is None


def test_deliver_due_stop_at_twilio_opts_out_here(twilio):
    twilio.behave("400:21610")
    queue()

    delivery.deliver_due()

    assert Conversation.objects.get().is_opted_out


def test_deliver_due_wrong_credentials_are_noted_on_the_line(twilio):
    twilio.behave("400:20003")
    queue()

    delivery.deliver_due()

    assert "not set up correctly" in Line.objects.get().last_error


def test_deliver_due_later_message_waits_for_the_earlier_one(twilio):
    twilio.behave("429")
    first, second = queue("um"), queue("dois")
    due_now()

    delivery.deliver_due()
    assert (outcome(first)[0], outcome(second)[0]) == ("queued", "queued")

    due_now()
    delivery.deliver_due()
    assert twilio.bodies == ["um", "dois"]


def test_deliver_due_later_message_does_not_call_while_the_earlier_one_pauses(twilio):
    first = queue("um")
    queue("dois")
    due_now()
    Message.objects.filter(pk=first.pk).update(send_after=timezone.now() + timedelta(seconds=60))

    assert 55 < delivery.deliver_due() <= 60


def test_deliver_due_later_message_does_not_call_while_the_earlier_one_is_being_sent(twilio):
    queue("um")
    queue("dois")
    due_now()
    delivery.claim_next()

    assert delivery.deliver_due() is None


def test_deliver_due_window_closed_meanwhile_sends_nothing(twilio):
    message = queue()
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=25))

    delivery.deliver_due()

    assert outcome(message) == ("failed", "63016")
    assert twilio.requests == []


def test_deliver_due_opt_out_confirmation_is_the_last_word(twilio):
    conversation = make_conversation(body="PARAR")

    delivery.deliver_due()

    assert len(twilio.accepted) == 1
    with pytest.raises(InvalidError):
        send(conversation, ["volte!"], author="agent")


def test_deliver_due_systems_words_of_another_line_end_with_an_opt_out(twilio):
    line = make_line()
    other = make_conversation(make_line(address="whatsapp:+14155550199"))
    send(other, ["*Novo lead* Maria"], author="system")

    make_conversation(line, body="PARAR")
    delivery.deliver_due()

    assert [record["from"] for record in twilio.accepted] == [line.address]
    assert outcome(other.messages.get(direction="out")) == ("cancelled", "")


def test_deliver_due_words_decided_beside_an_opt_out_do_not_leave(twilio):
    conversation = make_conversation()
    send(conversation, ["Olá"], author="agent")
    Conversation.objects.update(is_opted_out=True)

    delivery.deliver_due()

    assert outcome(conversation.messages.get(direction="out")) == ("failed", "21610")
    assert twilio.accepted == []


def test_deliver_due_row_of_a_dead_worker_becomes_unknown(twilio):
    message = queue()
    claimed = delivery.claim_next()
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    delivery.deliver_due()

    assert claimed == message
    assert outcome(message) == ("unknown", "not_confirmed")
    assert twilio.requests == []


def test_deliver_due_without_any_account_fails_plainly(settings):
    settings.SIMULATOR = False
    message = queue()

    delivery.deliver_due()

    assert outcome(message) == ("failed", "no_account")


def test_deliver_due_same_id_from_twilio_twice_is_no_crash(twilio, monkeypatch):
    twilio._numbers = iter([7, 7])
    first, second = queue("um"), queue("dois")
    due_now()

    delivery.deliver_due()

    assert (outcome(first)[0], outcome(second)[0]) == ("sent", "sent")


def test_retry_messages_passing_failure_is_tried_twice_more_and_no_further(twilio):
    queue("insiste")
    for _ in range(4):
        due_now()
        delivery.deliver_due()
        sent = Message.objects.filter(status="sent").order_by("-seq").first()
        if sent:
            refused = DeliveryStatus(sid=sent.sid, status="undelivered", error_code="63012")
            hear(refused, sent.pk, line=Line.objects.get())
        retry_messages()

    assert twilio.bodies == ["insiste"] * 3
    assert set(Message.objects.filter(direction="out").values_list("status", flat=True)) == {"failed"}


def test_retry_messages_message_twilio_never_saw_goes_out_at_last(twilio):
    lost = queue("perdida")
    Message.objects.filter(pk=lost.pk).update(status="failed", error_code="never_arrived")

    assert retry_messages() == 1
    due_now()
    delivery.deliver_due()

    assert twilio.bodies == ["perdida"]


def test_retry_messages_words_of_the_agent_after_a_takeover_stay_unsaid(twilio, admin_user):
    lost = queue("perdida")
    Message.objects.filter(pk=lost.pk).update(status="failed", error_code="never_arrived")
    take_over(conversation_id=lost.conversation_id, user=admin_user)

    assert retry_messages() == 0


def test_retry_messages_lasting_failure_is_left_to_people(twilio):
    twilio.behave("400:63024")
    queue()
    delivery.deliver_due()

    assert retry_messages() == 0


def test_retry_message_failed_one_is_a_new_row(twilio, admin_user):
    twilio.behave("400:63024")
    message = queue("de novo")
    delivery.deliver_due()

    again = retry_message(message_id=message.pk, user=admin_user)
    delivery.deliver_due()

    assert again.retry_of == message
    assert (outcome(message)[0], outcome(again)[0]) == ("failed", "sent")
    assert retry_message(message_id=message.pk, user=admin_user) == again


def test_retry_message_whose_retry_failed_too_is_sent_a_third_time(twilio, admin_user):
    twilio.behave("400:63024", "400:63024")
    message = queue("de novo")
    delivery.deliver_due()
    again = retry_message(message_id=message.pk, user=admin_user)
    due_now()
    delivery.deliver_due()
    assert outcome(again)[0] == "failed"

    third = retry_message(message_id=message.pk, user=admin_user)
    due_now()
    delivery.deliver_due()

    assert (third.retry_of, outcome(third)[0], outcome(again)[0]) == (again, "sent", "failed")
    assert retry_message(message_id=message.pk, user=admin_user) == third
    assert retry_message(message_id=again.pk, user=admin_user) == third
    assert twilio.bodies == ["de novo"]


def test_retry_message_whose_retry_was_dropped_says_so_and_sends_nothing(admin_user):
    message = queue("de novo")
    Message.objects.filter(pk=message.pk).update(status="failed", error_code="63024")
    again = retry_message(message_id=message.pk, user=admin_user)
    Message.objects.filter(pk=again.pk).update(status="cancelled")

    with pytest.raises(InvalidError, match="can be sent again"):
        retry_message(message_id=message.pk, user=admin_user)

    assert Message.objects.filter(direction="out").count() == 2


def test_retry_message_that_was_delivered_after_all_is_refused_though_its_retry_failed(admin_user):
    message = queue("de novo")
    Message.objects.filter(pk=message.pk).update(status="unknown")
    again = retry_message(message_id=message.pk, user=admin_user)
    Message.objects.filter(pk=again.pk).update(status="failed")
    Message.objects.filter(pk=message.pk).update(status="delivered")

    with pytest.raises(InvalidError, match="can be sent again"):
        retry_message(message_id=message.pk, user=admin_user)
