"""Weights, hours, absences and conditions: who is in the circle, decided at the moment of the pick."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from leads import circles, clock
from leads.actors import SYSTEM
from leads.assignment import pick_consultant
from leads.assignment_ledger import contradictions
from leads.inference import understand
from leads.models import Absence, Assignment, AssignmentRule, Holiday, Lead, RuleMember, Source, WorkingHours
from leads.rules import serves
from leads.services import assigning, leaving
from leads.services.intake import receive_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager, make_statuses


def give(lead: Lead) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


def names(count: int) -> list[str]:
    return [give(make_lead()).consultant.user.username for _ in range(count)]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_spread_keeps_everybody_within_one_lead_of_the_exact_share(weights):
    order, total = circles.spread(weights), sum(weights)
    for length in range(1, len(order) + 1):
        for seat, weight in enumerate(weights):
            share = length * weight / total
            assert abs(order[:length].count(seat) - share) < 1


def test_assign_lead_by_weight_gives_in_proportion_at_every_prefix(db):
    heavy, light = make_consultant("heavy"), make_consultant("light")
    make_circle(heavy, light, weights=[3, 1])
    taken = names(12)
    assert taken.count("heavy") == 9
    for length in range(1, 13):
        assert abs(taken[:length].count("heavy") - length * 0.75) < 1


def test_arrange_after_a_newcomer_goes_on_behind_the_last_turn(db):
    ana, bia, new = (make_consultant(name) for name in ("ana", "bia", "new"))
    rule = make_circle(ana, bia)
    assert names(1) == ["ana"]
    circles.seat(rule, [new])
    assert names(6) == ["bia", "new", "ana", "bia", "new", "ana"]


def test_consultant_back_from_leave_is_not_flooded(db):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_circle(ana, bia)
    ana.is_accepting_leads = False
    ana.save()
    assert names(6) == ["bia"] * 6
    ana.is_accepting_leads = True
    ana.save()
    assert names(4) == ["ana", "bia", "ana", "bia"]


@pytest.mark.parametrize(
    ("zone", "local", "is_on_duty"),
    [
        ("America/Sao_Paulo", "2026-03-10 08:59", False),
        ("America/Sao_Paulo", "2026-03-10 09:00", True),
        ("America/Sao_Paulo", "2026-03-10 17:59", True),
        ("America/Sao_Paulo", "2026-03-10 18:00", False),
        ("America/Sao_Paulo", "2026-03-14 10:00", False),
        # The day after clocks went forward, and the day after they went back: nine is nine.
        ("Europe/Madrid", "2026-03-30 09:00", True),
        ("Europe/Madrid", "2026-03-30 08:59", False),
        ("Europe/Madrid", "2026-10-26 09:00", True),
        ("Europe/Madrid", "2026-10-26 08:59", False),
        ("America/New_York", "2026-03-09 09:00", True),
        ("America/New_York", "2026-03-09 08:59", False),
        ("America/New_York", "2026-11-02 17:59", True),
        ("America/New_York", "2026-11-02 18:00", False),
    ],
)
def test_working_hours_are_read_in_the_consultants_own_time_zone(db, zone, local, is_on_duty):
    ana = make_consultant("ana", timezone=zone)
    make_circle(ana)
    for weekday in range(1, 6):
        WorkingHours.objects.create(consultant=ana, weekday=weekday, starts=time(9), ends=time(18))
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    with clock.virtual(moment.astimezone(UTC)):
        pick = pick_consultant(make_lead(), is_dry_run=True)
    assert (pick.consultant_id == ana.pk) is is_on_duty
    if not is_on_duty:
        assert pick.passed_over == ({"consultant": "ana", "why": "off_hours"},)


def test_absence_and_holiday_pass_a_consultant_over(db):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_circle(ana, bia)
    noon = datetime(2026, 4, 21, 15, tzinfo=UTC)
    Absence.objects.create(consultant=ana, starts_at=noon, ends_at=datetime(2026, 4, 22, tzinfo=UTC))
    WorkingHours.objects.create(consultant=bia, weekday=2, starts=time(8), ends=time(20))
    with clock.virtual(noon):
        assert give(make_lead()).consultant == bia
        Holiday.objects.create(date=date(2026, 4, 21), name="Tiradentes")
        refused = give(make_lead())
    assert refused.outcome == "no_consultants_available"
    assert {seat["why"] for seat in refused.passed_over} == {"absent", "holiday"}


def test_deactivated_user_is_passed_over(db):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_circle(ana, bia)
    ana.user.is_active = False
    ana.user.save()
    assert names(3) == ["bia"] * 3


def test_empty_circle_is_an_outcome_with_a_sentence(db):
    make_circle()
    refused = give(make_lead())
    assert refused.reason == "Nobody in Everyone is available: the circle is empty"


def test_rule_without_anybody_falls_back_to_the_next_that_fits(db):
    resting = make_consultant("resting", is_accepting_leads=False)
    make_circle(resting, name="First", fallback="next_rule")
    make_circle(make_consultant("bia"), name="Second", position=1)
    given_lead = give(make_lead())
    assert (given_lead.consultant.user.username, given_lead.rule.name) == ("bia", "Second")


def test_least_busy_prefers_fewest_open_leads_then_the_round(db):
    ana, bia, carlos = (make_consultant(name) for name in ("ana", "bia", "carlos"))
    make_circle(ana, bia, carlos, strategy="least_busy")
    for _ in range(2):
        make_lead(consultant=ana)
    make_lead(consultant=bia)
    make_lead(consultant=bia, status_id="won")
    assert names(3) == ["carlos", "bia", "carlos"]


def test_dry_run_says_who_is_next_and_moves_nothing(db):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    rule = make_circle(ana, bia)
    for _ in range(3):
        assert pick_consultant(make_lead(), is_dry_run=True).consultant_id == ana.pk
    rule.refresh_from_db()
    assert (rule.pointer, rule.decisions) == (0, 0)
    assert not RuleMember.objects.exclude(leads_given=0).exists()


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"languages": ["pt-BR"]}, True),
        ({"languages": ["en"]}, False),
        ({"cities": ["sao paulo", "Campinas"]}, True),
        ({"cities": ["Recife"]}, False),
        ({"products": ["apartamento"]}, True),
        ({"products": ["casa"]}, False),
        ({"temperatures": ["hot"]}, True),
        ({"temperatures": ["cold", "warm"]}, False),
        ({"creators": ["Parceiro 7"]}, True),
        ({"creators": ["other"]}, False),
        ({"min_value": 500000}, True),
        ({"min_value": 700000}, False),
        ({"max_value": 600000}, True),
        ({"max_value": 599999}, False),
        ({"cities": ["São Paulo"], "min_value": 700000}, False),
    ],
)
def test_serves_checks_every_condition_of_the_rule(conditions, fits):
    lead = Lead(
        language="pt-BR",
        city="São Paulo",
        product="Apartamento Moema",
        temperature="hot",
        creator="parceiro 7",
        value=600000,
    )
    assert serves(AssignmentRule(name="x", **conditions), lead) is fits


def test_rule_of_a_source_serves_that_source_alone(db):
    site, fair = (Source.objects.create(slug=slug, name=slug) for slug in ("site", "fair"))
    special = make_circle(make_consultant("special"), name="Fair")
    special.sources.add(fair)
    make_circle(make_consultant("everyone"), position=1)
    assert give(make_lead(source=fair)).consultant.user.username == "special"
    assert give(make_lead(source=site)).consultant.user.username == "everyone"
    assert give(make_lead()).consultant.user.username == "everyone"


def test_leads_brought_by_a_partner_go_to_the_partners_consultants(db):
    make_statuses()
    make_circle(make_consultant("partners"), name="Partners", creators=["u_77", "Imobiliária Sul"])
    make_circle(make_consultant("everyone"), position=1)
    source = Source.objects.create(slug="site", name="Site")

    def bring(**sent: str) -> str:
        [payload] = understand(
            {"name": "Ana", "phone": f"1198765{len(Lead.objects.all()):04d}", **sent}, "BR"
        )
        lead = receive_lead(payload=payload, source=source, actor=SYSTEM).lead
        return Lead.objects.get(pk=lead.pk).consultant.user.username

    assert bring(creatorId="u_77") == "partners"
    assert bring(parceiro="IMOBILIARIA SUL") == "partners"
    assert bring(creatorId="u_78") == "everyone"
    assert bring() == "everyone"


def test_condition_in_letters_that_are_not_latin_is_compared_as_written(db):
    lead = Lead(city="東京")
    assert serves(AssignmentRule(name="x", cities=["東京"]), lead)
    assert not serves(AssignmentRule(name="x", cities=["大阪"]), lead)


def test_big_circle_is_entered_by_index(db):
    consultants = [make_consultant() for _ in range(60)]
    rule = make_circle(*consultants)
    AssignmentRule.objects.filter(pk=rule.pk).update(pointer=58)
    assert [give(make_lead()).pointer_after for _ in range(3)] == [59, 60, 1]


def test_redistribute_gives_open_leads_to_colleagues_and_the_ledger_agrees(db):
    ana, bia, carlos = (make_consultant(name) for name in ("ana", "bia", "carlos"))
    make_circle(ana, bia, carlos)
    names(6)
    won = Lead.objects.filter(consultant=ana).first()
    Lead.objects.filter(pk=won.pk).update(status_id="won")
    assert leaving.redistribute(user=make_manager(), consultant=ana) == (1, 0)
    assert list(Lead.objects.filter(consultant=ana)) == [won]
    assert list(contradictions()) == []


def test_redistribute_with_nobody_left_puts_leads_into_the_queue(db):
    ana = make_consultant("ana")
    make_circle(ana)
    names(2)
    assert leaving.redistribute(user=make_manager(), consultant=ana) == (0, 2)
    assert Lead.objects.awaiting_consultant().count() == 2
    assert list(contradictions()) == []


def test_contradictions_names_what_does_not_fit(db):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_circle(ana, bia)
    lead = make_lead()
    give(lead)
    Lead.objects.filter(pk=lead.pk).update(consultant=bia)
    RuleMember.objects.filter(consultant=bia).update(leads_given=7)
    assert len(list(contradictions())) == 2


def give_up(seat_of, rule):
    RuleMember.objects.filter(rule=rule, consultant=seat_of).delete()
    circles.arrange(rule)


def test_arrange_after_whoever_had_the_last_turn_left_goes_on_where_the_round_was(db):
    ana, bia, caio = (make_consultant(name) for name in ("ana", "bia", "caio"))
    rule = make_circle(ana, bia, caio)
    assert names(2) == ["ana", "bia"]

    give_up(bia, rule)

    assert names(3) == ["caio", "ana", "caio"]


def test_arrange_after_the_first_of_the_round_left_begins_with_the_second(db):
    ana, bia, caio = (make_consultant(name) for name in ("ana", "bia", "caio"))
    rule = make_circle(ana, bia, caio)
    assert names(1) == ["ana"]

    give_up(ana, rule)

    assert names(3) == ["bia", "caio", "bia"]


def test_seat_after_somebody_left_sits_behind_everybody(db):
    ana, bia, caio = (make_consultant(name) for name in ("ana", "bia", "caio"))
    rule = make_circle(ana, bia)
    give_up(ana, rule)

    circles.seat(rule, [caio])

    assert list(rule.members.values_list("consultant__user__username", "position")) == [
        ("bia", 2),
        ("caio", 3),
    ]


def test_seats_that_share_a_position_take_turns_in_the_order_they_came(db):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    rule = make_circle(bia, ana)
    RuleMember.objects.update(position=1)
    circles.arrange(rule)
    assert names(3) == ["bia", "ana", "bia"]


@pytest.mark.parametrize(
    ("product", "is_served"), [("市中心公寓", True), ("car", False), ("", False), ("Casa 公寓", True)]
)
def test_product_in_letters_that_are_not_latin_serves_what_contains_it(product, is_served):
    assert serves(AssignmentRule(products=["公寓"]), Lead(product=product)) is is_served


def test_consultant_who_left_a_circle_and_comes_back_keeps_the_count(db):
    ana, bia, carlos = (make_consultant(name) for name in ("ana", "bia", "carlos"))
    rule = make_circle(ana, bia)
    names(4)
    RuleMember.objects.filter(consultant=bia).delete()
    circles.arrange(rule)
    circles.seat(rule, [bia, carlos])
    assert dict(rule.members.values_list("consultant__user__username", "leads_given")) == {
        "ana": 2,
        "bia": 2,
        "carlos": 0,
    }
    names(3)
    assert list(contradictions()) == []
