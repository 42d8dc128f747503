"""A closed lead that nobody had is qualified once more; the handoff does with it as the line says."""

import pytest

from agent.brains.protocol import BrainReply, State
from agent.outcomes import keep_as_lead
from leads.models import Lead
from leads.tests.makers import make_circle, make_consultant
from whatsapp.tests.makers import known_lead, make_conversation, make_line

pytestmark = pytest.mark.django_db(transaction=True)


def handed_on(returning: str) -> tuple[Lead, Lead]:
    """The lead of before, and that of after."""
    make_circle(make_consultant("ana"))
    old = known_lead(phone="+5511987654321")
    Lead.objects.filter(pk=old.pk).update(status="lost")
    conversation = make_conversation(make_line(returning=returning), "Quero um loft")
    reply = BrainReply(language="pt", intent="interest", sentiment="neutral", state=State())
    keep_as_lead(conversation, reply, assign=True)
    conversation.refresh_from_db()
    old.refresh_from_db()
    return old, conversation.lead


def test_handoff_opens_the_closed_lead_again():
    old, lead = handed_on("reopen")

    assert (lead, old.status_id, lead.consultant.user.username) == (old, "new", "ana")


def test_handoff_makes_a_new_lead_where_the_line_says_so():
    old, lead = handed_on("new_lead")

    assert lead != old
    assert (old.status_id, lead.status_id, lead.consultant.user.username) == ("lost", "new", "ana")
