"""Statements as PostgreSQL takes them, and several in one trip."""

import pytest
from django.db import DatabaseError, connection, transaction

from leads import one_trip
from leads.models import Status

pytestmark = pytest.mark.django_db


def test_placeholders_in_a_row_are_counted():
    assert one_trip.read_row("SELECT %s::int, %s::text, 10 %% 4", [1, "b"]) == (1, "b", 2)


def test_placeholders_by_name_may_come_again_in_any_order():
    values = {"first": 1, "second": 2, "unused": 3}
    statement = "SELECT %(second)s::int, %(first)s::int, %(second)s::int"
    assert one_trip.read_row(statement, values) == (2, 1, 2)


def test_statement_without_placeholders_keeps_its_percent_signs_halved():
    assert one_trip.ask("SELECT 'a%%'", []) == "a%"


def test_last_row_is_that_of_the_last_statement():
    with transaction.atomic():
        assert one_trip.last_row(("SELECT 1", []), ("SELECT %s::int + 1", [1])) == (2,)
        assert one_trip.last_row(("SELECT 1", []), ("SELECT 2 WHERE false", [])) is None


def test_last_row_sees_what_the_statements_before_it_wrote():
    rename = "UPDATE leads_status SET name = %(name)s WHERE slug = %(slug)s"
    count = "SELECT count(*) FROM leads_status WHERE name = %(name)s"
    values = {"name": "Renamed", "slug": Status.objects.create(slug="some", name="Some").slug}
    with transaction.atomic():
        assert one_trip.last_row((rename, values), (count, values)) == (1,)


def test_last_row_after_a_statement_that_fails_undoes_the_transaction():
    with pytest.raises(DatabaseError), transaction.atomic():
        one_trip.last_row(("SELECT 1 / %s::int", [0]), ("SELECT 1", []))
    assert one_trip.ask("SELECT 1", []) == 1
    assert connection.is_usable()
