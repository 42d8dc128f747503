"""A turn that ends all writing to a client holds every conversation with them, in everybody's order."""

from threading import Thread
from uuid import UUID

import pytest
from django.db import connections, transaction

from agent import flows
from agent.brains.protocol import BrainReply, TurnInput
from agent.tests.test_turns import line, write  # noqa: F401 - a fixture
from leads.tests.makers import make_consultant
from whatsapp.models import Conversation
from whatsapp.tests.makers import make_consultant_line
from whatsapp.tests.test_locks import PATIENCE_SECONDS, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


class StoppingBrain:
    """Understands that the client wants no more."""

    def respond(self, turn: TurnInput) -> BrainReply:
        return BrainReply(
            language="en",
            intent="opt_out",
            sentiment="neutral",
            state=turn.state,
            messages=["Done."],
            proposal="opted_out",
        )


def answer(conversation_id: UUID) -> None:
    try:
        flows.answer_message(conversation_id, brain=StoppingBrain())
    finally:
        connections.close_all()


def test_answer_message_that_opts_out_holds_nothing_while_it_waits(line, settings):  # noqa: F811
    settings.AGENT_DEBOUNCE_SECONDS = 0
    ours = write(line, "leave me be").conversation
    first = Conversation.objects.create(
        id=UUID(int=1),
        line=make_consultant_line(make_consultant("ana")),
        client_address=ours.client_address,
        client_key=ours.client_key,
    )

    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=first.pk)
        turn = Thread(target=answer, args=[ours.pk])
        turn.start()
        wait_until_somebody_waits()
        Conversation.objects.select_for_update(nowait=True).get(pk=ours.pk)
    turn.join(PATIENCE_SECONDS)

    assert set(Conversation.objects.values_list("is_opted_out", flat=True)) == {True}
