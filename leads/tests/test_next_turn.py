"""The very next turn, decided and written by one statement, as the long way decides and writes it."""

import pytest
from django.db import transaction

from leads.actors import SYSTEM
from leads.assignment import pick_consultant
from leads.models import Assignment, AssignmentRule, Lead, LeadEvent, RuleMember, Source
from leads.rules import rules_for
from leads.services.assigning import assign_lead
from leads.services.deciding import decide
from leads.services.next_turn import give_to_next
from leads.tests.makers import make_circle, make_consultant, make_lead

pytestmark = pytest.mark.django_db
ARRIVAL = Assignment.Trigger.ARRIVAL
# What no two rows share
THEIR_OWN = {
    *("id", "lead_id", "name", "phone", "position"),
    *("created_at", "updated_at", "changed_in", "assigned_at"),
    *("pointer_before", "pointer_after"),
}


def make_pair(**facts) -> AssignmentRule:
    """A circle whose consultants differ, so that the turn before tells who is next."""
    ana, bia = (make_consultant(name, typical_response_seconds=90) for name in ("ana", "bia"))
    bia.user.first_name = 'Bia "100%" d’Ávila {0} %s'
    bia.user.save()
    return make_circle(ana, bia, **facts)


def written(lead: Lead) -> list[dict]:
    """The ledger, the timeline and the lead, as they are in the database."""
    rows = [Assignment.objects.filter(lead=lead), LeadEvent.objects.filter(lead=lead, kind="assigned")]
    of_lead = Lead.objects.filter(pk=lead.pk)
    return [
        {name: value for name, value in row.items() if name not in THEIR_OWN}
        for row in [*rows[0].values(), *rows[1].values(), *of_lead.values()]
    ]


def give(lead: Lead) -> Assignment | None:
    """As in a process that knows the rules; one that knows others goes the long way once."""
    rules_for(lead)
    with transaction.atomic():
        return give_to_next(lead, SYSTEM, ARRIVAL)


def test_give_to_next_writes_what_the_long_way_writes():
    rule = make_pair(name="Leads “100%” {circle} %s")
    short, long = make_lead(), make_lead()
    # Ana has the first turn, so that both times it is Bia's, whose name is all that a name must not be
    for lead, decided in ((make_lead(), None), (short, "short"), (make_lead(), None), (long, "long")):
        with transaction.atomic():
            if decided == "short":
                assert give_to_next(lead, SYSTEM, ARRIVAL)
            else:
                decide(lead, pick_consultant(lead), actor=SYSTEM, trigger=ARRIVAL)

    assert written(short) == written(long)
    assert Lead.objects.get(pk=short.pk).assigned_at is not None
    rule.refresh_from_db()
    assert (rule.pointer, rule.decisions) == (2, 4)
    assert list(rule.members.values_list("leads_given", flat=True)) == [2, 2]


def test_give_to_next_leaves_objects_that_say_what_the_rows_say():
    make_pair()
    lead = make_lead()
    assignment = give(lead)

    saved, row = Lead.objects.get(pk=lead.pk), Assignment.objects.get(lead=lead)
    assert (lead.consultant_id, lead.version, lead.assigned_at) == (
        saved.consultant_id,
        saved.version,
        saved.assigned_at,
    )
    names = (
        "consultant_id",
        "reason",
        "pointer_before",
        "pointer_after",
        "estimated_response_seconds",
        "notice",
    )
    assert [getattr(assignment, name) for name in ("pk", *names)] == [
        getattr(row, name) for name in ("pk", *names)
    ]
    lead.name = "Later"
    lead.save()
    assert Lead.objects.get(pk=lead.pk).consultant_id == assignment.consultant_id


def test_give_to_next_whose_turn_is_not_free_writes_nothing_and_leaves_the_lead():
    rule = make_pair()
    consultant = rule.members.first().consultant
    consultant.is_accepting_leads = False
    consultant.save()
    lead = make_lead()
    before = {name: value for name, value in vars(lead).items() if name != "_state"}

    assert give(lead) is None

    assert {name: value for name, value in vars(lead).items() if name != "_state"} == before
    assert not Assignment.objects.exists()
    rule.refresh_from_db()
    assert (rule.pointer, rule.decisions) == (0, 0)
    assert not RuleMember.objects.exclude(leads_given=0).exists()


def test_give_to_next_of_somebody_full_writes_nothing():
    rule = make_pair()
    first = rule.members.first().consultant
    first.max_open_leads = 0
    first.save()

    assert give(make_lead()) is None
    with transaction.atomic():
        assert assign_lead(lead=make_lead(), actor=SYSTEM, trigger=ARRIVAL).consultant_id != first.pk


def test_give_to_next_counts_the_leads_of_somebody_with_a_capacity():
    rule = make_circle(make_consultant("ana", max_open_leads=2))

    given = [give(make_lead()) for _ in range(3)]

    assert [bool(one) for one in given] == [True, True, False]
    rule.refresh_from_db()
    assert rule.decisions == 2


@pytest.mark.parametrize(
    "facts", [{"reply_minutes": 10}, {"strategy": "least_busy"}, {"strategy": "pool"}, {"products": ["boat"]}]
)
def test_give_to_next_leaves_what_is_not_simple_to_the_long_way(facts):
    make_pair(**facts)

    assert give(make_lead()) is None
    assert not Assignment.objects.exists()


def test_give_to_next_leaves_a_lead_that_somebody_has_to_the_long_way():
    rule = make_pair()

    assert give(make_lead(consultant=rule.members.first().consultant)) is None


def decided() -> tuple[str | None, str | None]:
    """The rule and the consultant that a new lead gets."""
    with transaction.atomic():
        one = assign_lead(lead=make_lead(), actor=SYSTEM, trigger=ARRIVAL)
    return one.rule and one.rule.name, one.consultant and one.consultant.user.username


def test_decision_follows_rules_that_were_changed_since_they_were_known():
    old, new = (
        make_circle(make_consultant("ana"), name="Old"),
        make_circle(make_consultant("bia"), name="New"),
    )
    AssignmentRule.objects.filter(pk=new.pk).update(is_active=False)
    assert decided() == ("Old", "ana")

    # Each by a statement of its own, which no process is told of
    AssignmentRule.objects.filter(pk=new.pk).update(is_active=True, position=-5)
    assert decided() == ("New", "bia")
    new.sources.add(Source.objects.create(slug="partner", name="Partner"))
    assert decided() == ("Old", "ana")
    new.sources.clear()
    AssignmentRule.objects.filter(pk=new.pk).update(cities=["Recife"])
    assert decided() == ("Old", "ana")
    AssignmentRule.objects.filter(pk=old.pk).update(name="Renamed")
    assert decided() == ("Renamed", "ana")
    old.delete()
    assert decided() == (None, None)
    AssignmentRule.objects.filter(pk=new.pk).update(cities=[], strategy="pool")
    assert decided() == ("New", None)


def test_pool_that_became_a_circle_meanwhile_turns():
    rule = make_circle(make_consultant("ana"), name="Pool", strategy="pool")
    assert decided() == ("Pool", None)

    AssignmentRule.objects.filter(pk=rule.pk).update(strategy="round_robin")

    assert decided() == ("Pool", "ana")
