"""The demo workspace has what it takes to try everything."""

import pytest

from crm.demo.workspace import make_templates
from whatsapp.models import Template
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


@pytest.fixture
def twilio(settings):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "1" * 32, "token"
