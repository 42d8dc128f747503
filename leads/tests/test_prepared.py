"""Prepared writes do what Django's own do."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from leads import prepared
from leads.models import Assignment, Lead, LeadEvent, Source, Status
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db
BY_THEMSELVES = {"id", "created_at", "updated_at", "changed_in"}


def columns_of(row: Model) -> dict:
    """What the database has of the row, but for what no two rows share."""
    values = type(row).objects.values().get(pk=row.pk)
    return {name: value for name, value in values.items() if name not in BY_THEMSELVES}


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "note", "data": {"text": "Ça va? \"q\" 'x' \\ 😀", "n": [1, None, 2.5]}},
        {"kind": "moved", "actor_kind": "user", "data": {}},
    ],
)
def test_insert_writes_what_create_writes(facts):
    facts = facts | {"lead": make_lead(), "user": make_manager()}
    event = LeadEvent(**facts)

    prepared.insert(event)

    assert columns_of(event) == columns_of(LeadEvent.objects.create(**facts))
    assert LeadEvent.objects.get(pk=event.pk).created_at == event.created_at
    event.data = {"later": True}
    event.save()
    assert LeadEvent.objects.count() == 2


def test_insert_of_a_row_with_arrays_json_and_empty_relations_is_the_same_too():
    facts = {
        "lead": make_lead(),
        "rule": make_circle(make_consultant()),
        "outcome": "assigned",
        "trigger": "arrival",
        "reason": "Next",
        "passed_over": [{"consultant": "ana", "why": "full"}],
        "estimated_response_seconds": 90,
    }
    row = Assignment(**facts)

    prepared.insert(row)

    assert columns_of(row) == columns_of(Assignment.objects.create(**facts))


def test_update_writes_the_named_fields_alone_and_stamps_the_transaction():
    lead = make_lead(name="Before", city="Recife")
    Lead.objects.filter(pk=lead.pk).update(changed_in=1)
    lead.name, lead.city, lead.slots = "After", "never saved", {"budget": {"value": 5}}

    prepared.update(lead, ["name", "slots", "changed_in", "updated_at"])

    saved = Lead.objects.get(pk=lead.pk)
    assert (saved.name, saved.city, saved.slots) == ("After", "Recife", {"budget": {"value": 5}})
    assert saved.updated_at == lead.updated_at
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert saved.changed_in == cursor.fetchone()[0]


def test_update_can_empty_what_may_be_empty():
    lead = make_lead(consultant=make_consultant(), assigned_at=timezone.now(), value=3)
    lead.consultant, lead.assigned_at, lead.value = None, None, None

    prepared.update(lead, ["consultant", "assigned_at", "value"])

    saved = Lead.objects.get(pk=lead.pk)
    assert (saved.consultant, saved.assigned_at, saved.value) == (None, None, None)


def test_insert_that_breaks_a_rule_raises_as_django_does():
    lead = make_lead()

    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.insert(Assignment(lead=lead, outcome=None, trigger="arrival"))

    assert not Assignment.objects.exists()


def test_find_reads_what_django_reads():
    lead = make_lead(name="Ana", slots={"city": {"value": "Recife", "quote": "em Recife"}})

    found = prepared.find(Lead, id=lead.pk)

    assert found is not None
    read = Lead.objects.get(pk=lead.pk)
    assert {f.attname: getattr(found, f.attname) for f in Lead._meta.concrete_fields} == {
        f.attname: getattr(read, f.attname) for f in Lead._meta.concrete_fields
    }
    assert found == read
    assert prepared.find(Lead, name="Nobody") is None


def test_find_reads_secrets_as_they_were_written(db):
    source = Source.objects.create(slug="shop", name="Shop", secret="s3cret")

    found = prepared.find(Source, slug="shop")

    assert found is not None
    assert found.secret == source.secret == "s3cret"


def test_find_locked_holds_the_row_until_the_end(transactional_db):
    lead = make_lead()
    with transaction.atomic():
        prepared.find(Lead, is_locked=True, id=lead.pk)

        with ThreadPoolExecutor(1) as other:
            assert other.submit(is_held, lead).result() is True
    with ThreadPoolExecutor(1) as other:
        assert other.submit(is_held, lead).result() is False


def is_held(lead: Lead) -> bool:
    try:
        with transaction.atomic():
            Lead.objects.select_for_update(nowait=True).get(pk=lead.pk)
    except OperationalError:
        return True
    finally:
        connection.close()
    return False


def test_rows_reads_those_of_the_condition_in_its_order():
    first, second = make_lead(name="B"), make_lead(name="A")
    make_lead(name="C")

    found = prepared.rows(Lead, "own.name < %s ORDER BY own.name", ["C"])

    assert found == [second, first]


def test_insert_unless_there_writes_once_and_says_so():
    status = Status(slug="parked", name="Parked", position=900)
    again = Status(slug="parked", name="Again", position=901)

    assert prepared.insert_unless_there(status, "slug") is True
    assert prepared.insert_unless_there(again, "slug") is False
    assert Status.objects.get(slug="parked").name == "Parked"


def test_find_with_reads_what_a_field_points_at_and_holds_the_row_alone():
    circle = make_circle(make_consultant())
    row = Assignment.objects.create(lead=make_lead(), rule=circle, outcome="assigned", trigger="arrival")
    with transaction.atomic():
        found, rule = prepared.find_with(Assignment, type(circle), "rule", is_locked=True, id=row.pk)
    assert (found, rule, rule.name) == (row, circle, circle.name)
    assert prepared.find_with(Assignment, type(circle), "rule", id=row.pk + 1) is None


def test_update_together_saves_each_row_its_own_fields_alone():
    lead, other = make_lead(name="Ana", city="Recife"), make_lead(name="Bia")
    lead.name, lead.city, other.name = "Rui", "Natal", "Eva"

    prepared.update_together((lead, ["name"]), (other, ["name", "updated_at"]))

    assert list(Lead.objects.order_by("created_at").values_list("name", "city")) == [
        ("Rui", "Recife"),
        ("Eva", ""),
    ]


def test_prepared_statements_are_in_the_log_that_counts_queries(django_assert_num_queries):
    lead = make_lead()
    with django_assert_num_queries(1):
        prepared.find(Lead, id=lead.pk)
