"""Somebody whose lead was closed writes on WhatsApp again: the line's setting says what becomes of the lead."""

from datetime import UTC, datetime, timedelta

import pytest

from leads import clock
from leads.models import Absence, Lead, Source
from leads.tests.makers import make_circle, make_consultant
from whatsapp.models import Conversation
from whatsapp.payloads import InboundMessage
from whatsapp.services import close_finished, record_inbound
from whatsapp.tests.makers import inbound_form, known_lead, make_consultant_line, make_line

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 10, 14, tzinfo=UTC)
PHONE = "+5511987654321"


@pytest.fixture
def time():
    with clock.virtual(NOW) as virtual:
        yield virtual


@pytest.fixture
def ana():
    return make_consultant("ana")


def says(line, text: str = "Voltei, ainda tem o loft?") -> Conversation:
    return record_inbound(line, InboundMessage.parse(inbound_form(text, To=line.address))).conversation


def closed_lead(time, line, consultant, status: str = "lost", **facts) -> Lead:
    """Their lead was closed, and the conversation on the line after it."""
    lead = known_lead(phone=PHONE, consultant=consultant, **facts)
    conversation = says(line, "Oi")
    assert conversation.lead_id == lead.pk
    Lead.objects.filter(pk=lead.pk).update(status=status, closed_at=time.moment, waiting_since=None)
    time.move_to(time.moment + timedelta(hours=25))
    assert close_finished() == 1
    return lead


@pytest.mark.parametrize("status", ["won", "lost"])
def test_closed_lead_is_opened_again_and_stays_with_its_consultant(time, ana, status):
    line = make_line()
    make_circle(make_consultant("bia"), ana)
    lead = closed_lead(time, line, ana, status)

    conversation = says(line)

    lead.refresh_from_db()
    assert (lead.status_id, lead.consultant, lead.closed_at) == ("new", ana, None)
    assert lead.waiting_since == time.moment
    assert Lead.objects.count() == 1
    assert (conversation.status, conversation.consultant_id) == ("transferred", ana.pk)
    assert lead.events.filter(kind="returned").exists()


def test_closed_lead_makes_a_new_one_for_its_consultant_where_the_line_says_so(time, ana):
    line = make_line(returning=Source.Returning.NEW_LEAD)
    make_circle(make_consultant("bia"), ana)
    old = closed_lead(time, line, ana)

    conversation = says(line)

    old.refresh_from_db()
    new = Lead.objects.exclude(pk=old.pk).get()
    assert (old.status_id, new.status_id, new.consultant) == ("lost", "new", ana)
    assert (new.name, new.phone, new.message) == (old.name, PHONE, "Voltei, ainda tem o loft?")
    assert new.events.get(kind="received").data["formerly"] == str(old.pk)
    conversation.refresh_from_db()
    assert (conversation.lead, conversation.consultant) == (new, ana)
    assert new.waiting_since == time.moment


@pytest.mark.parametrize("returning", Source.Returning.values)
def test_closed_lead_goes_to_the_next_where_its_consultant_is_away(time, ana, returning):
    line, bia = make_line(returning=returning), make_consultant("bia")
    make_circle(ana, bia)
    closed_lead(time, line, ana)
    Absence.objects.create(consultant=ana, starts_at=NOW, ends_at=NOW + timedelta(days=9))

    conversation = says(line)

    assert conversation.lead.consultant == bia
    assert (conversation.status, conversation.consultant_id) == ("transferred", bia.pk)


def test_closed_lead_that_nobody_had_is_the_agents_to_qualify_first(time):
    line = make_line()
    lead = closed_lead(time, line, None)

    conversation = says(line)

    lead.refresh_from_db()
    assert (conversation.status, conversation.lead) == ("active", lead)
    assert lead.status_id == "lost"


def test_words_within_a_day_of_closing_leave_the_lead_closed(time, ana):
    """A thank-you after a sale is no new interest."""
    line = make_line()
    lead = known_lead(phone=PHONE, consultant=ana)
    says(line, "Oi")
    Lead.objects.filter(pk=lead.pk).update(status="won", closed_at=time.moment)
    time.move_to(time.moment + timedelta(hours=2))
    close_finished()

    says(line, "Obrigado!")

    lead.refresh_from_db()
    assert lead.status_id == "won"


@pytest.mark.parametrize("word", ["SAIR", "parar"])
def test_whoever_asks_for_silence_has_not_come_back(time, ana, word):
    line = make_line(returning=Source.Returning.NEW_LEAD)
    lead = closed_lead(time, line, ana)

    says(line, word)

    lead.refresh_from_db()
    assert (lead.status_id, Lead.objects.count()) == ("lost", 1)


def test_archived_lead_is_on_the_board_again(time, ana):
    line = make_line()
    lead = closed_lead(time, line, ana, "new", archived_at=NOW)

    says(line)

    lead.refresh_from_db()
    assert (lead.archived_at, lead.consultant) == (None, ana)


def test_archived_lead_makes_a_new_one_for_its_consultant_where_the_line_says_so(time, ana):
    line = make_line(returning=Source.Returning.NEW_LEAD)
    make_circle(make_consultant("bia"), ana)
    old = closed_lead(time, line, ana, "new", archived_at=NOW)

    conversation = says(line)

    old.refresh_from_db()
    assert old.archived_at == NOW
    assert conversation.lead != old
    assert (conversation.lead.status_id, conversation.lead.consultant) == ("new", ana)


@pytest.mark.parametrize("returning", Source.Returning.values)
def test_archived_lead_goes_to_the_next_where_its_consultant_is_away(time, ana, returning):
    line, bia = make_line(returning=returning), make_consultant("bia")
    make_circle(ana, bia)
    closed_lead(time, line, ana, "new", archived_at=NOW)
    Absence.objects.create(consultant=ana, starts_at=NOW, ends_at=NOW + timedelta(days=9))

    conversation = says(line)

    assert conversation.lead.archived_at is None
    assert (conversation.lead.consultant, conversation.consultant_id) == (bia, bia.pk)


@pytest.mark.parametrize("returning", Source.Returning.values)
def test_closed_lead_that_writes_to_a_consultants_own_line_is_answered_there(time, ana, returning):
    line = make_consultant_line(ana, returning=returning)
    make_circle(ana)
    closed_lead(time, line, ana)

    conversation = says(line)

    assert (conversation.status, conversation.consultant_id) == ("transferred", ana.pk)
    assert (conversation.lead.status_id, conversation.lead.consultant) == ("new", ana)


def test_lead_whose_number_is_anothers_now_is_left_alone(time, ana):
    line = make_line()
    lead = closed_lead(time, line, ana)
    lead.identities.all().delete()

    conversation = says(line)

    lead.refresh_from_db()
    assert (lead.status_id, conversation.lead, Lead.objects.count()) == ("lost", lead, 1)
