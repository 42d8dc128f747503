"""Changes of circles are written down, so that the ledger leads to where each pointer stands."""

import pytest
from django.db import transaction
from django.test import Client

from leads import circles
from leads.actors import SYSTEM
from leads.assignment_ledger import contradictions
from leads.models import Assignment, AssignmentRule, CircleLayout, Lead, RuleMember
from leads.services import assigning
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db


def give(count: int) -> list[str]:
    given = []
    for _ in range(count):
        with transaction.atomic():
            decision = assigning.assign_lead(lead=make_lead(), actor=SYSTEM, trigger="arrival")
        given.append(str(decision.consultant))
    return given


def changes(rule: AssignmentRule) -> list[tuple[str, int, int]]:
    return list(rule.layouts.order_by("pk").values_list("reason", "pointer_before", "pointer_after"))


def leave(rule: AssignmentRule, name: str) -> None:
    RuleMember.objects.get(rule=rule, consultant__user__username=name).delete()
    circles.arrange(rule)


def test_each_change_of_a_circle_says_who_came_went_or_weighs_otherwise():
    rule = make_circle(make_consultant("ana"), make_consultant("bia"))
    give(2)
    circles.seat(rule, [make_consultant("caio")])
    give(1)
    leave(rule, "ana")
    RuleMember.objects.filter(consultant__user__username="caio").update(weight=2)
    circles.arrange(rule)
    assert changes(rule) == [
        ("ana, bia joined", 0, 0),
        ("caio joined", 2, 2),
        ("ana left the circle", 3, 2),
        ("caio changed weight", 2, 1),
    ]


def test_ledger_leads_to_the_pointer_through_every_change_of_the_circle():
    rule = make_circle(*(make_consultant(name) for name in ("ana", "bia", "caio")), weights=[3, 2, 1])
    give(4)
    leave(rule, "bia")
    give(3)
    circles.seat(rule, [make_consultant("dora")], [4])
    give(6)
    assert list(contradictions()) == []


@pytest.mark.parametrize(("moved_by", "is_behind_a_layout"), [(1, False), (1, True)])
def test_pointer_that_moved_without_a_decision_is_a_contradiction(moved_by, is_behind_a_layout):
    rule = make_circle(make_consultant("ana"), make_consultant("bia"), make_consultant("caio"))
    give(1)
    AssignmentRule.objects.update(pointer=1 + moved_by)
    if is_behind_a_layout:
        circles.seat(rule, [make_consultant("dora")])
    [contradiction] = contradictions()
    assert contradiction.startswith("Everyone stood at 1" if is_behind_a_layout else "Everyone stands at 2")


def test_decision_for_somebody_whose_turn_it_was_not_is_a_contradiction():
    ana, bia = make_consultant("ana"), make_consultant("bia")
    rule = make_circle(ana, bia)
    give(2)
    CircleLayout.objects.filter(rule=rule).update(turns=[bia.pk, ana.pk])
    assert [sentence.split(" of the consultant")[0] for sentence in contradictions()] == [
        "Everyone has no turn 1",
        "Everyone has no turn 2",
    ]


def test_decision_that_begins_elsewhere_than_the_last_one_ended_is_a_contradiction():
    rule = make_circle(make_consultant("ana"), make_consultant("bia"))
    give(3)
    middle = rule.assignment_set.order_by("pk")[1]
    rule.assignment_set.filter(pk=middle.pk).update(pointer_before=2)
    assert len(list(contradictions())) == 1


def test_saving_a_rule_in_the_admin_writes_down_who_changed_its_circle(client: Client):
    manager = make_manager("paula")
    client.force_login(manager)
    ana, bia = make_consultant("ana"), make_consultant("bia")
    rule = make_circle(ana)
    seat = rule.members.get()
    form = {
        "name": rule.name,
        "position": 0,
        "is_active": "on",
        "strategy": "round_robin",
        "fallback": "queue",
        "reply_grace_minutes": 5,
        "reply_rounds": 2,
        "members-TOTAL_FORMS": 2,
        "members-INITIAL_FORMS": 1,
        "members-0-id": seat.pk,
        "members-0-rule": rule.pk,
        "members-0-position": 1,
        "members-0-consultant": ana.pk,
        "members-0-weight": 1,
        "members-1-rule": rule.pk,
        "members-1-position": 2,
        "members-1-consultant": bia.pk,
        "members-1-weight": 1,
    }
    assert client.post(f"/admin/leads/assignmentrule/{rule.pk}/change/", form).status_code == 302
    last = rule.layouts.first()
    assert (last.reason, last.user) == ("bia joined", manager)
    page = client.get("/admin/leads/circlelayout/")
    assert "bia joined" in page.content.decode()


def test_arranging_a_circle_that_did_not_change_writes_nothing_down():
    rule = make_circle(make_consultant("ana"))
    circles.arrange(rule)
    circles.arrange(rule)
    assert rule.layouts.count() == 1


def test_change_of_a_large_circle_names_twenty_and_counts_the_others():
    rule = make_circle(*[make_consultant() for _ in range(23)])
    assert rule.layouts.get().reason.endswith(", 3 more joined")


def test_circle_that_everybody_left_begins_anew_with_whoever_joins():
    rule = make_circle(make_consultant("ana"))
    give(1)
    leave(rule, "ana")
    circles.seat(rule, [make_consultant("bia")])
    assert give(2) == ["bia", "bia"]
    assert list(contradictions()) == []


def test_decisions_about_a_lead_that_was_erased_stay_and_the_ledger_still_adds_up(client: Client):
    make_circle(make_consultant("ana"), make_consultant("bia"), make_consultant("caio"))
    give(5)
    erased = Assignment.objects.order_by("pk")[2].lead
    client.force_login(make_manager())

    Lead.objects.get(pk=erased.pk).delete()

    assert Assignment.objects.filter(lead=None).get().reason == "Round robin: caio is next in Everyone"
    assert list(contradictions()) == []
    assert give(1) == ["caio"]
    assert client.get("/admin/leads/assignment/").status_code == 200


def test_changes_of_circles_are_listed_in_words_with_the_names_of_a_page_read_at_once(
    client: Client, django_assert_max_num_queries
):
    rule = make_circle(make_consultant("ana"), make_consultant("bia"))
    for name in ("caio", "dora", "eva", "fred"):
        circles.seat(rule, [make_consultant(name)])
    leave(rule, "ana")
    client.force_login(make_manager())

    with django_assert_max_num_queries(14):
        text = client.get("/admin/leads/circlelayout/").content.decode()

    told = ["ana, bia joined", "fred joined", "ana left the circle"]
    assert all(f'<td class="field-why">{words}</td>' in text for words in told)
    last = rule.layouts.latest("pk")
    assert (
        "ana left the circle" in client.get(f"/admin/leads/circlelayout/{last.pk}/change/").content.decode()
    )
