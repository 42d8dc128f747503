"""The 24 hours in which free text may be sent, and what WhatsApp says of them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leads import clock
from whatsapp import window
from whatsapp.models import Conversation, Message
from whatsapp.payloads import InboundMessage
from whatsapp.services import record_inbound, send
from whatsapp.statuses import act_on
from whatsapp.tests.makers import inbound_form, make_line

pytestmark = pytest.mark.django_db


def close_by_refusal(conversation: Conversation, at: datetime) -> None:
    """WhatsApp refused what we wrote then, and says that the window is closed."""
    refused = send(conversation, ["Ainda aí?"], author="agent")[0]
    Message.objects.filter(pk=refused.pk).update(created_at=at, status="failed", error_code="63016")
    refused.refresh_from_db()
    act_on(refused, "63016")
    conversation.refresh_from_db()
    assert conversation.window_closed_early


def test_refusal_says_whose_word_it_is_that_the_window_is_closed():
    conversation = record_inbound(make_line(), written_at(clock.now())).conversation
    assert window.refusal(conversation) is None
    assert window.refusal(conversation, clock.now() + timedelta(hours=24)) is window.CLOSED

    close_by_refusal(conversation, clock.now())

    assert window.refusal(conversation) is window.CLOSED_EARLY


def written_at(at: datetime, body: str = "Oi") -> InboundMessage:
    return replace(InboundMessage.parse(inbound_form(body)), sent_at=at)


@pytest.mark.parametrize(
    ("minutes", "is_open"),
    [(-90, False), (-30, False), (20, False), (40, True)],
    ids=["long before the last", "before the last", "before the refusal", "after the refusal"],
)
def test_record_inbound_recovered_message_opens_the_window_only_if_it_is_newer_than_the_refusal(
    minutes, is_open
):
    last = clock.now() - timedelta(hours=2)
    line = make_line()
    conversation = record_inbound(line, written_at(last)).conversation
    close_by_refusal(conversation, last + timedelta(minutes=30))

    record_inbound(line, written_at(last + timedelta(minutes=minutes)))

    conversation.refresh_from_db()
    assert window.is_open(conversation) is is_open


def test_record_inbound_older_message_leaves_a_window_closed_whose_refusal_is_not_known():
    last = clock.now() - timedelta(hours=2)
    line = make_line()
    conversation = record_inbound(line, written_at(last)).conversation
    Conversation.objects.update(window_closed_early=True)

    record_inbound(line, written_at(last - timedelta(minutes=1)))
    conversation.refresh_from_db()
    assert not window.is_open(conversation)

    record_inbound(line, written_at(last + timedelta(minutes=1)))
    conversation.refresh_from_db()
    assert window.is_open(conversation)
