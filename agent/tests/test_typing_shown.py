"""The three dots stay while a turn thinks, and no longer."""

import time

import pytest

from agent import flows, turns
from agent.tests.test_turns import EchoBrain, at_start, line, wait, write
from agent.typing_shown import typing_shown
from tests.stack import wait_for

__all__ = ["at_start", "line"]
pytestmark = pytest.mark.django_db(transaction=True)


def claimed(line, at_start, sid: str = "") -> turns.Claim:
    conversation = write(line, "oi", sid=sid).conversation
    wait(at_start, 4)
    claim = turns.claim(conversation.pk)
    assert claim is not None
    return claim


def test_answer_message_shows_the_dots_under_the_clients_message_while_it_thinks(line, at_start, twilio):
    conversation = write(line, "oi", sid="SM1").conversation
    wait(at_start, 4)
    brain = EchoBrain(meanwhile=[lambda: wait_for(lambda: twilio.typing == ["SM1"], what="the dots")])

    assert flows.answer_message(conversation.pk, brain=brain) is True


def test_answer_message_that_begins_anew_shows_them_under_the_newer_message(line, at_start, twilio):
    conversation = write(line, "oi", sid="SM1").conversation
    wait(at_start, 4)
    brain = EchoBrain(
        meanwhile=[
            lambda: write(line, "tudo bem?", sid="SM2"),
            lambda: wait_for(lambda: "SM2" in twilio.typing, what="the dots"),
        ]
    )

    assert flows.answer_message(conversation.pk, brain=brain) is True


def test_typing_shown_again_and_again_while_the_turn_thinks(line, at_start, twilio):
    claim = claimed(line, at_start, sid="SM1")

    with typing_shown(claim, renew_after=0.05):
        wait_for(lambda: len(twilio.typing) >= 3, what="the dots for the third time")

    assert set(twilio.typing) == {"SM1"}


def test_typing_shown_no_more_once_the_turn_has_ended(line, at_start, twilio):
    with typing_shown(claimed(line, at_start), renew_after=0.05):
        wait_for(lambda: twilio.typing, what="the dots")
    shown = len(twilio.typing)
    time.sleep(1)

    assert len(twilio.typing) <= shown + 1, "only a call that was under way may still arrive"


def test_typing_that_the_provider_answers_late_holds_up_no_reply(line, at_start, twilio, settings):
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"
    conversation = write(line, "oi").conversation
    wait(at_start, 4)

    assert flows.answer_message(conversation.pk, brain=EchoBrain()) is True
