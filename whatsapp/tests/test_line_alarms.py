"""What refusals do beyond their message: managers hear of a line in trouble, an answer that came too late is owed
again, the words of a file that WhatsApp did not take go out alone, who is not on WhatsApp is marked."""

import pytest
from django.db.models.functions import Now

from leads.models import Notice
from leads.notice_words import address_of, reason_of, title_of
from leads.tests.makers import make_manager
from whatsapp import delivery
from whatsapp.line_alarms import LATE_AT_ATTEMPT
from whatsapp.models import Conversation, Line, Message
from whatsapp.payloads import DeliveryStatus
from whatsapp.services import retry_message, send, take_over
from whatsapp.services.outbox import Piece, queue
from whatsapp.services.retrying import retry_automatically
from whatsapp.signals import message_received
from whatsapp.statuses import hear
from whatsapp.tests.makers import heard, make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def manager():
    return make_manager("chief")


def said(text: str = "Olá!", author: str = "agent") -> Message:
    conversation = Conversation.objects.first() or make_conversation()
    return send(conversation, [text], author=author)[0]


def offered(message: Message, attempts: int) -> None:
    """For so many times before."""
    Message.objects.filter(pk=message.pk).update(attempts=attempts, send_after=Now())
    delivery.deliver_due(seconds=5)


def reported(message: Message, code: str) -> None:
    report = DeliveryStatus(sid=f"SM{message.seq}", status="undelivered", error_code=code)
    hear(report, message.pk, line=Line.objects.get())


@pytest.mark.parametrize("behaviour", ["429", "400:63038"])
def test_line_that_is_slowed_down_for_long_is_told_of_once(twilio, behaviour):
    twilio.behave(*[behaviour] * 3)
    first, second = said(), said("Tudo bem?")
    offered(first, LATE_AT_ATTEMPT - 2)
    assert not Notice.objects.exists()

    offered(first, LATE_AT_ATTEMPT - 1)
    offered(first, LATE_AT_ATTEMPT)

    notice = Notice.objects.get()
    assert title_of(notice) == "The line Agent sends late"
    assert behaviour.removeprefix("400:") in reason_of(notice)
    assert f"/whatsapp/line/{Line.objects.get().pk}/" in address_of(notice)
    assert "slow down" in Line.objects.get().last_error
    second.refresh_from_db()
    assert second.status == "queued"


def test_line_whose_provider_is_out_of_reach_for_long_is_told_of(settings):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    offered(said(), LATE_AT_ATTEMPT)
    assert Notice.objects.get().facts["reason"] == "unreachable"


def test_client_who_is_written_to_too_fast_is_no_trouble_of_the_line(twilio):
    twilio.behave("400:14107")
    offered(said(), LATE_AT_ATTEMPT)
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("code", "what"), [("63013", "line_refused"), ("63015", "line_refused"), ("63038", "line_late")]
)
def test_failure_that_is_reported_later_and_is_not_the_clients_is_told_of_once(code, what):
    for message in (said(), said("Tudo bem?")):
        reported(message, code)
        reported(message, code)

    notice = Notice.objects.get()
    assert (notice.facts["what"], notice.facts["reason"]) == (what, code)
    assert code in reason_of(notice)
    assert Line.objects.get().last_error


@pytest.mark.parametrize("code", ["63024", "30410", "63016", "21610", "63041", "100"])
def test_failure_that_is_the_messages_or_the_clients_own_is_not_told_to_managers(code):
    reported(said(), code)
    assert not Notice.objects.exists()


def test_answer_that_came_too_late_is_owed_again_once(django_capture_on_commit_callbacks):
    message = said()
    Conversation.objects.update(answered_seq=1, burst_started_at=None)
    told = heard(message_received)

    with django_capture_on_commit_callbacks(execute=True):
        reported(message, "63016")
        reported(message, "63016")

    assert Conversation.objects.unanswered().get().burst_started_at is not None
    assert len(told) == 1


@pytest.mark.parametrize("author", ["consultant", "system"])
def test_words_of_others_that_came_too_late_are_not_the_agents_to_answer(author, manager):
    message = said(author=author)
    if author == "consultant":
        take_over(conversation_id=message.conversation_id, user=manager)
    Conversation.objects.update(answered_seq=1)

    reported(message, "63016")

    assert not Conversation.objects.unanswered().exists()
    assert Conversation.objects.get().window_closed_early


def sent_file(body: str) -> Message:
    item = {"name": "x/plan.pdf", "content_type": "application/pdf", "filename": "plan.pdf", "size": 5}
    [message] = queue(make_conversation(), [Piece(body, "document", [item])], "consultant")
    return message


def test_words_of_a_file_that_whatsapp_did_not_take_go_out_alone_once():
    message = sent_file("A planta")
    reported(message, "63019")

    assert (retry_automatically(), retry_automatically()) == (1, 0)

    again = Message.objects.get(retry_of=message)
    assert (again.kind, again.body, again.media, again.author) == ("text", "A planta", [], "consultant")
    reported(again, "63019")
    assert retry_automatically() == 0


def test_file_without_words_that_whatsapp_did_not_take_is_not_tried_again():
    reported(sent_file(""), "63019")
    assert retry_automatically() == 0


def test_client_who_is_not_on_whatsapp_is_marked_and_only_people_try_again(twilio, manager):
    twilio.behave("400:63024")
    offered(said(), 0)
    conversation = Conversation.objects.get()
    assert conversation.is_unreachable

    automatic = said("Tudo bem?")
    offered(automatic, 0)
    by_a_person = retry_message(message_id=automatic.pk, user=manager)
    offered(by_a_person, 0)

    automatic.refresh_from_db()
    by_a_person.refresh_from_db()
    assert (automatic.status, automatic.error_code) == ("failed", "not_on_whatsapp")
    assert automatic.error_text == "This number is not on WhatsApp."
    assert (by_a_person.status, twilio.bodies) == ("sent", ["Tudo bem?"])


def test_client_who_writes_or_reads_is_on_whatsapp_after_all():
    reported(said(), "63024")
    assert Conversation.objects.get().is_unreachable
    make_conversation(body="Estou aqui")
    assert not Conversation.objects.get().is_unreachable

    message = said("Que bom!")
    Conversation.objects.update(is_unreachable=True)
    hear(DeliveryStatus(sid="SMread", status="read"), message.pk, line=Line.objects.get())
    assert not Conversation.objects.get().is_unreachable


def test_report_about_words_from_before_the_client_wrote_marks_nobody():
    message = said()
    make_conversation(body="Estou aqui")
    reported(message, "63024")
    assert not Conversation.objects.get().is_unreachable
