"""The inbox of somebody who is no lead: taken over all the same, so that somebody must see them."""

import pytest

from kanban.threads import inbox_of
from leads.tests.makers import make_consultant, make_manager
from whatsapp.models import Conversation
from whatsapp.services import send, take_over
from whatsapp.tests.makers import make_consultant_line, make_conversation

pytestmark = pytest.mark.django_db


def test_inbox_shows_a_stranger_whose_conversation_was_taken_over() -> None:
    manager, conversation = make_manager(), make_conversation(body="Boa tarde")
    take_over(conversation_id=conversation.pk, user=manager)

    [thread] = inbox_of(manager, only_waiting=True).threads

    assert (thread.conversation, thread.lead) == (str(conversation.pk), None)
    assert (thread.name, thread.phone, thread.text) == ("Cliente Teste", "+5511987654321", "Boa tarde")
    assert thread.waiting_since == conversation.messages.get().created_at


def test_inbox_shows_a_stranger_to_the_consultant_who_answers_and_to_no_other() -> None:
    ana, conversation = make_consultant("ana"), make_conversation()
    Conversation.objects.update(status="transferred", consultant=ana)

    assert [thread.conversation for thread in inbox_of(ana.user).threads] == [str(conversation.pk)]
    assert inbox_of(make_consultant("bia").user).threads == []


def test_inbox_answered_stranger_waits_no_more() -> None:
    manager, conversation = make_manager(), make_conversation()
    send(conversation, ["Boa tarde!"], author="consultant", user=manager)

    assert inbox_of(manager, only_waiting=True).threads == []
    assert inbox_of(manager).threads[0].text == "Boa tarde!"


def test_inbox_keeps_private_chats_of_own_lines_from_managers() -> None:
    make_conversation(line=make_consultant_line(make_consultant("ana")))

    assert inbox_of(make_manager()).threads == []
