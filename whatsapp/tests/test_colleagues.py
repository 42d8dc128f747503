"""A consultant who writes to the agent's line from their own number opens the window and is not answered."""

import pytest

from leads.tests.makers import make_consultant
from whatsapp import window
from whatsapp.models import Conversation
from whatsapp.tests.makers import known_lead, make_conversation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", ["+5511987654321", "(11) 98765-4321", "+55 11 8765-4321"])
def test_message_from_a_consultants_own_number_opens_the_window_and_owes_no_answer(written):
    make_consultant("ana", phone=written)
    assert window.is_open(make_conversation())
    assert not Conversation.objects.unanswered().exists()


def test_message_from_anybody_else_is_owed_an_answer():
    make_consultant("ana", phone="+5511911114321")
    make_conversation()
    assert Conversation.objects.unanswered().exists()


def test_message_from_a_lead_who_has_a_consultants_number_is_owed_an_answer():
    make_consultant("ana", phone="+5511987654321")
    known_lead(phone="+5511987654321")
    make_conversation()
    assert Conversation.objects.unanswered().exists()
