"""What a row is called in the admin: in words, at the hour that the cells beside it say."""

from datetime import UTC, datetime

import pytest

from leads.models import Absence, Delivery, LeadEvent, Source
from leads.tests.makers import make_consultant, make_lead

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 24, 1, 6, tzinfo=UTC)  # still the 23rd in São Paulo


@pytest.fixture(autouse=True)
def sao_paulo(settings):
    settings.TIME_ZONE = "America/Sao_Paulo"


def test_event_is_titled_at_the_local_hour():
    event = LeadEvent(lead=make_lead(), kind="assigned", created_at=EVENING)
    assert str(event) == "Assigned, Nov. 23, 2026, 10:06 p.m."


def test_delivery_is_titled_by_its_source_and_the_local_hour():
    source = Source.objects.create(slug="site", name="Site", kind="generic", secret="s")
    assert str(Delivery(source=source, received_at=EVENING)) == "Site, Nov. 23, 2026, 10:06 p.m."


def test_absence_is_titled_by_its_local_days():
    absence = Absence(consultant=make_consultant("ana"), starts_at=EVENING, ends_at=EVENING)
    assert str(absence) == "ana, Nov. 23, 2026 – Nov. 23, 2026"
