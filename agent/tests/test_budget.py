"""What the model may cost in a day: never passed by many workers, never forgotten by a lost cache."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from agent.budget import TURN_TOKENS, Budget, Unmetered
from agent.models import AgentTurn, Playbook, PlaybookVersion
from leads.models import Notice
from leads.notice_words import reason_of, title_of
from leads.tests.makers import make_consultant, make_manager
from whatsapp.models import Conversation, Line

A_TURN = sum(TURN_TOKENS)


@pytest.fixture(autouse=True)
def _prices(settings):
    settings.OPENAI_INPUT_PRICE = settings.OPENAI_OUTPUT_PRICE = 100
    settings.AGENT_MONEY_PER_DAY = 100
    settings.AGENT_TOKENS_PER_CONVERSATION = 10 * A_TURN


def conversation_that_used(tokens: int) -> Conversation:
    line = Line.objects.create(kind="agent", name="Agent", address=f"whatsapp:+1{uuid4().int % 10**10}")
    conversation = Conversation.objects.create(line=line, client_address="whatsapp:+5511999990000")
    playbook = Playbook.objects.create(name="x", domain="x")
    version = PlaybookVersion.objects.create(playbook=playbook, number=1, snapshot={}, sha256="x")
    used = {
        "conversation": conversation,
        "playbook_version": version,
        "first_seq": 1,
        "stage_before": "qualifying",
    }
    AgentTurn.objects.create(**used, last_seq=1, outcome="replied", input_tokens=tokens)
    old = AgentTurn.objects.create(**used, last_seq=2, outcome="replied", input_tokens=10**9)
    AgentTurn.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=2))
    return conversation


@pytest.mark.django_db
def test_reserve_within_the_caps_sets_a_turn_aside():
    budget = Budget(uuid4())
    reserved = budget.reserve()
    assert (reserved.tokens, reserved.money) == (A_TURN, A_TURN * 100)
    assert budget.spent_today() == pytest.approx(A_TURN / 10_000)


@pytest.mark.django_db
def test_settle_leaves_what_was_really_used():
    budget = Budget(uuid4())
    budget.settle(budget.reserve(), 1000, 200)
    assert budget.spent_today() == pytest.approx(0.12)


@pytest.mark.django_db
def test_reserve_beyond_the_conversations_tokens_is_refused_and_takes_nothing():
    own, other = Budget(uuid4()), Budget(uuid4())
    granted = [own.reserve() for _turn in range(11)]
    assert [bool(one) for one in granted] == [True] * 10 + [False]
    spent = own.spent_today()
    assert own.reserve() is None
    assert own.spent_today() == spent
    assert other.reserve()


@pytest.mark.django_db
def test_reserve_beyond_the_days_money_is_refused_to_everybody(settings):
    settings.AGENT_MONEY_PER_DAY = 1.5 * A_TURN / 10_000
    assert Budget(uuid4()).reserve()
    assert Budget(uuid4()).reserve() is None
    assert Budget().reserve() is None


@pytest.mark.django_db
def test_reserve_without_caps_is_always_granted(settings):
    settings.AGENT_MONEY_PER_DAY = settings.AGENT_TOKENS_PER_CONVERSATION = 0
    assert all(Budget(uuid4()).reserve() for _turn in range(20))


@pytest.mark.django_db
def test_reserve_after_the_cache_was_lost_begins_from_todays_traces():
    conversation = conversation_that_used(9 * A_TURN)
    cache.clear()
    budget = Budget(conversation.pk)
    assert budget.spent_today() == pytest.approx(9 * A_TURN / 10_000)
    assert [bool(budget.reserve()) for _turn in range(2)] == [True, False]


def spend(*budgets: Budget) -> None:
    for budget in budgets:
        if reserved := budget.reserve():
            budget.settle(reserved, *TURN_TOKENS)


@pytest.mark.django_db
def test_settle_near_the_cap_tells_every_manager_once(settings):
    managers = [make_manager(), make_manager()]
    make_consultant("ana")
    settings.AGENT_MONEY_PER_DAY = 4 * A_TURN / 10_000
    spend(*[Budget(uuid4()) for _turn in range(3)])
    assert not Notice.objects.exists()
    spend(Budget(uuid4()))
    cache.clear()
    spend(Budget(conversation_that_used(3 * A_TURN).pk), Budget(uuid4()))
    told = Notice.objects.all()
    assert sorted(told.values_list("user", flat=True)) == sorted(manager.pk for manager in managers)
    assert "money" in title_of(told[0])
    assert reason_of(told[0])


@pytest.mark.django_db
def test_reserve_beyond_the_playbooks_money_leaves_the_others_theirs():
    playbook = Playbook.objects.create(name="x", domain="x", money_per_day=Decimal(A_TURN) / 10_000)
    other = Playbook.objects.create(name="y", domain="y")
    assert Budget(uuid4(), playbook).reserve()
    spent = Budget().spent_today()
    assert Budget(uuid4(), playbook).reserve() is None
    assert Budget().spent_today() == spent
    assert Budget(uuid4(), other).reserve()
    assert Budget(playbook=playbook).spent_today() == pytest.approx(A_TURN / 10_000)


@pytest.mark.django_db
def test_reserve_after_the_cache_was_lost_knows_what_the_playbook_spent():
    playbook = conversation_that_used(9 * A_TURN).turns.first().playbook_version.playbook
    cache.clear()
    assert Budget(playbook=playbook).spent_today() == pytest.approx(9 * A_TURN / 10_000)


@pytest.mark.django_db
def test_reserve_within_the_playbooks_own_tokens_for_a_conversation():
    playbook = Playbook.objects.create(name="x", domain="x", tokens_per_conversation=2 * A_TURN)
    own = Budget(uuid4(), playbook)
    assert [bool(own.reserve()) for _turn in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_unmetered_calls_leave_the_days_money_alone(settings):
    settings.AGENT_MONEY_PER_DAY = A_TURN / 10_000
    for _turn in range(3):
        Unmetered().settle(Unmetered().reserve(), 10_000, 1_000)
    assert Budget().spent_today() == 0
    assert Budget().reserve()


@pytest.mark.django_db(transaction=True)
def test_reserve_by_many_workers_at_once_never_passes_the_cap(settings):
    settings.AGENT_MONEY_PER_DAY = 7 * A_TURN / 10_000

    def worker(_number: int) -> bool:
        granted = Budget(uuid4()).reserve() is not None
        connection.close()
        return granted

    with ThreadPoolExecutor(16) as pool:
        granted = sum(pool.map(worker, range(40)))
    assert granted <= 7
    assert Budget().spent_today() <= 7 * A_TURN / 10_000
