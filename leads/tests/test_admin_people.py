"""People in the admin: who was switched off leaves no lead unseen, and their times are their own."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from leads.models import Absence, Consultant, User
from leads.tests.makers import make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_manager())
    return client


def switch_off(desk: Client, user: User) -> list[str]:
    """What the manager is told."""
    none = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    inlines = {
        f"{name}-{key}": value for name in ("consultant", "notice_preferences") for key, value in none.items()
    }
    joined = user.date_joined
    times = {"date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}"}
    answer = desk.post(
        f"/admin/leads/user/{user.pk}/change/", {"username": user.username, **times, **inlines}
    )
    assert not User.objects.get(pk=user.pk).is_active
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_switching_off_somebody_with_open_leads_says_how_many_and_where_to_give_them_away(desk):
    ana = make_consultant("ana")
    for status in ("new", "contacted", "lost"):
        make_lead(consultant=ana, status_id=status)

    [warning] = [told for told in switch_off(desk, ana.user) if "open leads" in told]

    assert warning.startswith("ana still has 2 open leads, which nobody answers now.")
    assert 'href="/admin/leads/consultant/?q=ana"' in warning


def test_switching_off_somebody_without_open_leads_warns_of_nothing(desk):
    ana = make_consultant("ana")
    make_lead(consultant=ana, status_id="won")
    assert not [told for told in switch_off(desk, ana.user) if "nobody answers" in told]


def test_list_of_consultants_tells_their_open_leads_their_room_and_their_time_zone(desk):
    ana = make_consultant("ana", timezone="Europe/Madrid", max_open_leads=9, typical_response_seconds=770)
    make_consultant("bia")
    for status in ("new", "contacted", "lost"):
        make_lead(consultant=ana, status_id=status)
    text = desk.get("/admin/leads/consultant/").content.decode()
    assert '<td class="field-open_leads">2</td><td class="field-max_open_leads">9</td>' in text
    assert '<td class="field-open_leads">0</td>' in text
    assert '<td class="field-timezone">Europe/Madrid</td>' in text
    assert sorted(re.findall(r'<td class="field-usual_response">([^<]*)</td>', text)) == ["12 min", "–"]


def test_overview_and_board_show_whose_account_is_off_while_their_leads_are_open(desk):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_lead(consultant=ana)
    User.objects.filter(pk__in=[ana.pk, bia.pk]).update(is_active=False)

    assert "Not active: give their leads away" in desk.get("/admin/").content.decode()
    assert [one.user.username for one in desk.get("/").context["consultants"]] == ["ana"]


def save_hours(desk: Client, consultant: Consultant, zone: str, **absence: str) -> None:
    """The consultant's page with one absence, as a browser sends it."""
    known = consultant.absences.first()
    counts = {"TOTAL_FORMS": 1, "INITIAL_FORMS": int(known is not None)}
    form = {f"absences-{name}": value for name, value in counts.items()} | {
        "working_hours-TOTAL_FORMS": 0,
        "working_hours-INITIAL_FORMS": 0,
        "absences-0-consultant": consultant.pk,
        "absences-0-id": known.pk if known else "",
        "is_accepting_leads": "on",
        "timezone": zone,
        "user": consultant.pk,
    }
    form |= {f"absences-0-{name}": value for name, value in absence.items()}
    answer = desk.post(f"/admin/leads/consultant/{consultant.pk}/change/", form)
    assert answer.status_code == 302, answer.context["errors"]


DAY_OFF = {
    **{"starts_at_0": "2026-11-23", "starts_at_1": "09:00"},
    **{"ends_at_0": "2026-11-23", "ends_at_1": "18:00"},
}


@pytest.mark.parametrize(
    ("zone", "hour"), [("Europe/Madrid", 8), ("America/New_York", 14), ("Asia/Tokyo", 0)]
)
def test_absence_is_written_and_shown_in_the_consultants_own_time(desk, zone, hour):
    ana = make_consultant("ana")
    save_hours(desk, ana, zone, **DAY_OFF)

    assert Absence.objects.get().starts_at == datetime(2026, 11, 23, hour, tzinfo=UTC)
    page = desk.get(f"/admin/leads/consultant/{ana.pk}/change/").content.decode()
    assert 'value="09:00:00"' in page
    assert 'value="18:00:00"' in page


def test_absence_keeps_its_hours_when_the_consultant_moves_to_another_time_zone(desk):
    ana = make_consultant("ana")
    for zone in ("Europe/Madrid", "America/New_York"):
        save_hours(desk, ana, zone, **DAY_OFF)
    assert Absence.objects.get().starts_at == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_time_zone_that_is_none_is_refused_in_words_and_the_page_stays(desk):
    ana = make_consultant("ana", timezone="Europe/Madrid")
    Absence.objects.create(
        consultant=ana,
        starts_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
        ends_at=datetime(2026, 11, 23, 17, tzinfo=UTC),
    )
    with pytest.raises(AssertionError, match="is no time zone"):
        save_hours(desk, ana, "Mars/Olympus", **DAY_OFF)
    assert desk.get("/admin/leads/consultant/add/").status_code == 200
    assert desk.get("/admin/leads/consultant/0/change/").status_code == 302
    assert Absence.objects.get().starts_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
