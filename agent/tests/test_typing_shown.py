"""The three dots stay while a turn thinks, and no longer."""

import time
from uuid import uuid4

import pytest

from agent import flows, turns
from agent.models import Dialogue
from agent.tests.test_turns import EchoBrain, at_start, line, wait, write
from agent.typing_shown import typing_shown
from leads.tests.makers import make_manager
from tests.stack import wait_for
from whatsapp import client
from whatsapp import services as whatsapp
from whatsapp.models import Conversation
from whatsapp.tests.twilio_double import TwilioDouble

__all__ = ["at_start", "line"]
STILL_SECONDS = client.TYPING_TIMEOUT_SECONDS * client.PATIENCE + 0.5
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

    wait_until_still(twilio)


def takes_over(claim: turns.Claim) -> None:
    whatsapp.take_over(conversation_id=claim.conversation.pk, user=make_manager())


def loses_its_lease(claim: turns.Claim) -> None:
    Dialogue.objects.filter(conversation=claim.conversation).update(lease_token=uuid4())


def has_its_answer(claim: turns.Claim) -> None:
    Conversation.objects.filter(pk=claim.conversation.pk).update(answered_seq=claim.covers)


@pytest.mark.parametrize("happens", [takes_over, loses_its_lease, has_its_answer])
def test_typing_shown_no_more_where_no_answer_of_this_turn_will_follow(line, at_start, twilio, happens):
    claim = claimed(line, at_start)

    with typing_shown(claim, renew_after=0.05):
        wait_for(lambda: len(twilio.typing) >= 2, what="the dots for the second time")
        happens(claim)
        wait_until_still(twilio)


def test_typing_that_the_provider_answers_late_holds_up_no_reply(line, at_start, twilio, monkeypatch):
    monkeypatch.setattr(
        client, "TYPING_TIMEOUT_SECONDS", 60
    )  # or it would give up, and the test prove nothing
    twilio.hang_seconds = 60
    twilio.answers_typing.clear()
    conversation = write(line, "oi", sid="SM1").conversation
    wait(at_start, 4)
    brain = EchoBrain(meanwhile=[lambda: wait_for(lambda: twilio.typing, what="the dots")])

    try:
        assert flows.answer_message(conversation.pk, brain=brain) is True
        assert (twilio.typing, twilio.typing_answered) == (["SM1"], [])
    finally:
        twilio.answers_typing.set()


def wait_until_still(twilio: TwilioDouble) -> None:
    """Until nothing has come for longer than a call under way may take; renewed dots come all the time."""
    last = [time.monotonic(), -1]

    def is_still() -> bool:
        if last[1] != len(twilio.typing):
            last[:] = [time.monotonic(), len(twilio.typing)]
        return time.monotonic() - last[0] > STILL_SECONDS

    wait_for(is_still, seconds=60, what="an end of the dots")
