"""The demo workspace has what it takes to try everything."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from crm.demo import leads
from crm.demo.stories import CONSULTANT_REPLIES
from crm.demo.workspace import make_templates, make_workspace
from leads.models import Lead
from whatsapp.models import Message, Template
from whatsapp.services import templates_of
from whatsapp.simulator.contents import CONTENTS
from whatsapp.tests.makers import make_line

pytestmark = pytest.mark.django_db


def test_templates_of_the_simulator_can_be_sent_at_once_and_are_made_once():
    make_templates()
    make_templates()

    assert templates_of(make_line()).count() == len(CONTENTS) >= 2


def test_templates_of_the_simulator_are_not_made_for_a_real_account(twilio):
    make_templates()
    assert not Template.objects.exists()


def test_client_who_writes_english_is_answered_in_english_and_sent_to_no_model():
    make_workspace()
    lead = make_one(12, timezone.now() - timedelta(days=2))

    said = Message.objects.filter(conversation__lead=lead, author=Message.Author.CONSULTANT)
    assert lead.name == "Olivia Hayes"
    assert said.get().body in CONSULTANT_REPLIES["en"]
    assert lead.refinement == lead.Refinement.DONE


def make_one(number: int, came_at: datetime) -> Lead:
    lead = leads._make_one(number, came_at)
    assert lead is not None
    lead.refresh_from_db()
    return lead


@pytest.fixture
def twilio(settings):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "1" * 32, "token"
