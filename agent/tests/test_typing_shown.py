"""The three dots stay while a turn thinks, and no longer."""

from datetime import timedelta

import pytest
from django.conf import settings

from agent import flows, turns
from agent.models import Dialogue
from agent.tests.test_turns import EchoBrain, at_start, line, wait, write
from agent.typing_shown import keep_typing
from leads import clock

__all__ = ["at_start", "line"]


def claimed(line, at_start) -> turns.Claim:
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    claim = turns.claim(conversation.pk)
    assert claim is not None
    return claim


def renew(claim: turns.Claim) -> None:
    keep_typing(str(claim.conversation.pk), str(claim.token))


def test_keep_typing_while_the_turn_thinks_shows_them_again_and_comes_back(
    line, at_start, twilio, redis_client
):
    claim = claimed(line, at_start)

    renew(claim)

    assert len(twilio.typing) == 1
    name = f"{settings.REDIS_PREFIX}wake:agent.keep_typing:{claim.conversation.pk}:{claim.token}"
    assert redis_client.exists(name)


def test_keep_typing_after_the_answer_shows_nothing(line, at_start, twilio):
    claim = claimed(line, at_start)
    with turns.settle(claim):
        pass

    renew(claim)

    assert twilio.typing == []


def test_keep_typing_of_a_turn_that_died_shows_nothing(line, at_start, twilio):
    claim = claimed(line, at_start)
    Dialogue.objects.update(lease_until=clock.now() - timedelta(seconds=1))

    renew(claim)

    assert twilio.typing == []


@pytest.mark.django_db(transaction=True)
def test_answer_message_asks_for_the_renewal_of_its_own_turn(line, at_start, redis_client):
    conversation = write(line, "oi").conversation
    wait(at_start, 4)
    asked: list[bool] = []

    def look() -> None:
        token = Dialogue.objects.get().lease_token
        name = f"{settings.REDIS_PREFIX}wake:agent.keep_typing:{conversation.pk}:{token}"
        asked.append(bool(redis_client.exists(name)))

    assert flows.answer_message(conversation.pk, brain=EchoBrain(meanwhile=[look])) is True
    assert asked == [True]
