"""Any order of arrivals, comings and goings, changed rules, clocks and crashes: the ledger holds after every step.

Hypothesis drives the services as people and sweeps do. Each run happens inside a savepoint that is thrown away.
"""

from collections import Counter
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from leads import circles, clock
from leads.actors import SYSTEM
from leads.assignment import pick_consultant
from leads.assignment_ledger import contradictions
from leads.errors import CrmError
from leads.models import Assignment, AssignmentRule, Consultant, Lead, RuleMember, User
from leads.payload import LeadPayload
from leads.rules import rules_for
from leads.services import activity, assigning, board, leaving, people
from leads.services.alerts import alert_managers
from leads.services.intake import receive_lead
from leads.services.reply_timers import act_on_due_replies
from leads.services.taking import take_lead
from leads.tests.makers import make_circle, make_consultant, make_manager, make_statuses

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
CITIES = ("Recife", "Natal")
AUTOMATIC = (Assignment.Trigger.ARRIVAL, Assignment.Trigger.QUEUE, Assignment.Trigger.NO_REPLY)
index = st.integers(0, 30)


class CrashError(Exception):
    """A worker that dies before its commit."""


class Assigning(RuleBasedStateMachine):
    """Two circles, each serving one city. `given` counts turns since anything about them changed."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.time = self.stack.enter_context(clock.virtual(NOON))
        self.seen = 0
        self.given: dict[int, Counter[int]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stack.close()

    @initialize(strategy=st.sampled_from(["pool", "least_busy", "round_robin"]))
    def open_shop(self, strategy: str) -> None:
        make_statuses()
        self.manager = make_manager()
        for city, way in zip(CITIES, ["round_robin", strategy], strict=True):
            circle = [make_consultant() for _ in range(2)]
            make_circle(*circle, name=city, cities=[city], strategy=way, reply_minutes=10, reply_rounds=1)
        for city in CITIES:
            self.leads_arrive(city, count=2, urgent=False)

    @rule(city=st.sampled_from(CITIES), count=st.integers(1, 4), urgent=st.booleans())
    def leads_arrive(self, city: str, count: int, urgent: bool) -> None:
        for _ in range(count):
            phone = f"+55119{80_000_000 + Lead.objects.count()}"
            self._receive(phone, city, "Quero visitar hoje, é urgente" if urgent else "")

    @rule(at=index, city=st.sampled_from(CITIES))
    def person_returns(self, at: int, city: str) -> None:
        if lead := self._pick(Lead.objects.order_by("created_at"), at):
            self._receive(lead.phone, city, "De novo")

    @rule(city=st.sampled_from(CITIES))
    def worker_dies_while_a_lead_arrives(self, city: str) -> None:
        before = Lead.objects.count()
        with suppress(CrashError), transaction.atomic():
            self._receive("+5511970000001", city, "")
            raise CrashError
        assert Lead.objects.count() == before

    @rule(city=st.sampled_from(CITIES), weight=st.integers(1, 3))
    def consultant_joins(self, city: str, weight: int) -> None:
        circles.seat(AssignmentRule.objects.get(name=city), [make_consultant()], [weight])
        self.given.clear()

    @rule(at=index)
    def consultant_leaves(self, at: int) -> None:
        if consultant := self._consultant(at):
            leaving.redistribute(user=self.manager, consultant=consultant)
            User.objects.filter(pk=consultant.pk).update(is_active=False)
        self.given.clear()

    @rule(at=index, is_accepting=st.booleans())
    def consultant_pauses_or_comes_back(self, at: int, is_accepting: bool) -> None:
        if consultant := self._consultant(at):
            people.set_accepting(consultant.user, is_accepting)
        self.given.clear()

    @rule(at=index, room=st.one_of(st.none(), st.integers(0, 2)))
    def consultant_fills_up(self, at: int, room: int | None) -> None:
        """So much room is left; None: no limit."""
        if consultant := self._consultant(at):
            limit = None if room is None else Lead.objects.open().filter(consultant=consultant).count() + room
            Consultant.objects.filter(pk=consultant.pk).update(max_open_leads=limit)
        self.given.clear()

    @rule(
        city=st.sampled_from(CITIES),
        change=st.sampled_from(
            [
                {"strategy": "round_robin"},
                {"strategy": "least_busy"},
                {"strategy": "pool"},
                {"fallback": "next_rule", "cities": []},
                {"fallback": "queue"},
                {"is_active": False},
                {"is_active": True},
                {"returns_to_owner": False},
                {"reply_minutes": None},
            ]
        ),
    )
    def rule_changes(self, city: str, change: dict) -> None:
        AssignmentRule.objects.filter(name=city).update(**change)
        self.given.clear()

    @rule(at=index, weight=st.integers(1, 4))
    def weight_changes(self, at: int, weight: int) -> None:
        if seat := self._pick(RuleMember.objects.order_by("pk"), at):
            RuleMember.objects.filter(pk=seat.pk).update(weight=weight)
            circles.arrange(seat.rule)
        self.given.clear()

    @rule(lead_at=index, at=index)
    def consultant_takes(self, lead_at: int, at: int) -> None:
        lead = self._pick(Lead.objects.exclude(pool=None).order_by("created_at"), lead_at)
        seat = lead and self._pick(lead.pool.members.select_related("consultant__user"), at)
        if seat:
            try:
                assert take_lead(user=seat.consultant.user, lead_id=lead.pk).consultant == seat.consultant
            except CrmError:
                assert Lead.objects.get(pk=lead.pk).consultant_id is None

    @rule(lead_at=index, at=index)
    def manager_assigns(self, lead_at: int, at: int) -> None:
        lead, consultant = self._pick(Lead.objects.order_by("created_at"), lead_at), self._consultant(at)
        if lead and consultant:
            assigning.assign_by_hand(user=self.manager, lead_id=lead.pk, consultant_id=consultant.pk)
            assert Lead.objects.get(pk=lead.pk).consultant == consultant

    @rule(at=index)
    def consultant_replies(self, at: int) -> None:
        if lead := self._pick(Lead.objects.open().exclude(consultant=None), at):
            activity.consultant_replied(lead_id=lead.pk, user=lead.consultant.user, text="Oi", at=clock.now())
            assert Lead.objects.get(pk=lead.pk).reply_due_at is None

    @rule(at=index, status=st.sampled_from(["contacted", "won", "lost"]))
    def lead_is_moved(self, at: int, status: str) -> None:
        if lead := self._pick(Lead.objects.order_by("created_at"), at):
            board.move_lead(user=self.manager, lead_id=lead.pk, status=status)
        self.given.clear()

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.time.move_to(self.time.moment + timedelta(minutes=minutes))
        act_on_due_replies()
        alert_managers()
        assert not Lead.objects.filter(reply_due_at__lte=clock.now()).exists()
        self.given.clear()

    @rule()
    def queue_is_swept(self) -> None:
        """Afterwards nobody waits whom somebody could have."""
        assigning.assign_waiting_leads()
        waiting = Lead.objects.awaiting_consultant().filter(needs_manager=False)
        for lead in waiting:
            if lead.pool is None or not lead.pool.is_pool:
                assert not pick_consultant(lead, is_dry_run=True).is_settled
        self.given.clear()

    @rule()
    def worker_dies_while_it_sweeps(self) -> None:
        before = list(Assignment.objects.values_list("pk", "notice"))
        with suppress(CrashError), transaction.atomic():
            assigning.assign_waiting_leads()
            act_on_due_replies()
            raise CrashError
        assert list(Assignment.objects.values_list("pk", "notice")) == before

    @invariant()
    def ledger_replays_to_the_present_state(self) -> None:
        assert list(contradictions()) == []

    @invariant()
    def every_lead_has_one_place(self) -> None:
        for lead in Lead.objects.all():
            is_owed = lead.consultant_id is None and lead.closed_at is None
            assert is_owed <= (lead.awaits_consultant_since is not None)
            assert not (lead.consultant_id and lead.awaits_consultant_since)
            assert not (lead.consultant_id and (lead.pool_id or lead.needs_manager or lead.alert_at))
            assert lead.assignments.exists()

    @invariant()
    def every_decision_was_allowed_and_says_why(self) -> None:
        """Looked at while the world is still as it was when they were made."""
        for decision in Assignment.objects.filter(pk__gt=self.seen).order_by("pk"):
            assert decision.reason
            if decision.consultant and decision.trigger in AUTOMATIC:
                self._check(decision, decision.consultant)
            self.seen = decision.pk

    def _check(self, decision: Assignment, consultant: Consultant) -> None:
        assert consultant.user.is_active
        assert consultant.is_accepting_leads
        open_leads = Lead.objects.open().filter(consultant=consultant).count()
        assert consultant.max_open_leads is None or open_leads <= consultant.max_open_leads
        if decision.outcome == Assignment.Outcome.ASSIGNED:
            assert decision.rule in rules_for(decision.lead)
            if decision.trigger != Assignment.Trigger.NO_REPLY:  # those leave out who had the lead
                self._check_turn(decision)

    def _check_turn(self, decision: Assignment) -> None:
        """Since nothing changed, no seat of an evenly weighted circle is two leads ahead of another."""
        seats = list(RuleMember.objects.filter(rule=decision.rule).select_related("consultant__user"))
        given = self.given.setdefault(decision.rule_id, Counter())
        given[decision.consultant_id] += 1
        open_seats = [seat for seat in seats if _is_free(seat.consultant)]
        is_even = len({seat.weight for seat in seats}) == 1
        if is_even and decision.rule.strategy == AssignmentRule.Strategy.ROUND_ROBIN:
            counts = [given[seat.consultant_id] for seat in open_seats]
            assert max(counts, default=0) - min(counts, default=0) <= 1

    def _receive(self, phone: str, city: str, message: str) -> None:
        payload = LeadPayload(name="Ana", phone=phone, city=city, message=message)
        receive_lead(payload=payload, source=None, actor=SYSTEM)

    def _consultant(self, at: int) -> Consultant | None:
        return self._pick(Consultant.objects.filter(user__is_active=True).order_by("pk"), at)

    @staticmethod
    def _pick(rows, at: int):
        found = list(rows)
        return found[at % len(found)] if found else None


def _is_free(consultant: Consultant) -> bool:
    return consultant.user.is_active and consultant.is_accepting_leads and consultant.max_open_leads is None


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Assigning,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_ledger_holds_after_every_step(db):
    run(examples=8, steps=25)


@pytest.mark.slow
def test_ledger_holds_after_every_step_of_long_days(db):
    run(examples=30, steps=60)
