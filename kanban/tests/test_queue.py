"""The strip of leads that wait for a consultant: what each reader sees of it, and who hears that it changed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from kanban.queue import SHOWN, load_queue
from kanban.tests.sockets import in_database, live_socket_of
from leads import clock
from leads.actors import SYSTEM
from leads.api.facts import as_time, lead_facts
from leads.models import Consultant, Lead
from leads.services import assigning, board, people
from leads.services.reply_timers import act_on_due_replies
from leads.services.taking import take_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager, make_statuses

PERSONAL = {
    "name": "Júlia Prado",
    "phone": "+5511987654321",
    "email": "julia@client.example",
    "message": "Oi",
}


def give(lead: Lead) -> Lead:
    with transaction.atomic():
        assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")
    return lead


def page_of(user, path: str = "/") -> str:
    client = Client()
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def ana(db):
    make_statuses()
    return make_consultant("ana")


@pytest.mark.parametrize("path", ["/", "/board/queue/"])
def test_board_offers_a_pools_leads_without_saying_who_they_are(ana, path):
    make_circle(ana, name="Walk-ins", strategy="pool")
    lead = give(make_lead(**PERSONAL, product="Apartamento Moema"))

    html = page_of(ana.user, path)

    assert f'data-take="{lead.pk}"' in html
    assert "Apartamento Moema" in html
    assert not any(secret in html for secret in PERSONAL.values() if secret != "Oi")


def test_board_of_somebody_without_a_pool_has_an_empty_strip(ana):
    make_circle(make_consultant("bia"), name="Walk-ins", strategy="pool")
    give(make_lead())

    assert load_queue(ana.user)["cards"] == []
    assert "data-take=" not in page_of(ana.user)


def test_managers_board_shows_who_waits_for_how_long_and_why(ana):
    people.set_accepting(ana.user, False)
    make_circle(ana)
    give(make_lead(**PERSONAL))

    queue = load_queue(make_manager())

    [card] = queue["cards"]
    assert (card["name"], card["why"], card["can_take"]) == (
        "Júlia Prado",
        "ana (not accepting leads)",
        False,
    )
    assert card["since"] is not None
    html = page_of(make_manager())
    assert "Without a consultant" in html
    assert "ana (not accepting leads)" in html


def test_managers_board_says_why_nobody_has_a_lead_now_and_not_when_it_came(
    ana, django_assert_max_num_queries
):
    people.set_accepting(ana.user, False)
    rule = make_circle(ana)
    for _ in range(12):
        give(make_lead())
    Consultant.objects.filter(pk=ana.pk).update(is_accepting_leads=True, max_open_leads=0)
    manager = make_manager()
    assert manager.is_manager

    with django_assert_max_num_queries(8):
        assert {card["why"] for card in load_queue(manager)["cards"]} == {"ana (at capacity)"}
    rule.members.all().delete()
    assert load_queue(manager)["cards"][0]["why"] == "nobody sits in the circle “Everyone”"
    rule.delete()
    assert load_queue(manager)["cards"][0]["why"] == "no circle serves this lead"


def test_managers_board_says_that_a_lead_is_about_to_be_given(ana):
    people.set_accepting(ana.user, False)
    make_circle(ana)
    give(make_lead())
    Consultant.objects.filter(pk=ana.pk).update(is_accepting_leads=True)
    assert load_queue(make_manager())["cards"][0]["why"].startswith("somebody is free by now")


def test_managers_board_shows_pooled_leads_with_their_pool(ana):
    make_circle(ana, name="Walk-ins", strategy="pool")
    give(make_lead())
    [card] = load_queue(make_manager())["cards"]
    assert card["why"] == "Waits in the pool “Walk-ins” until somebody takes it"


def test_manager_with_a_seat_in_the_pool_may_take_as_well(ana):
    manager = make_consultant("boss")
    manager.user.is_superuser = True
    manager.user.save()
    make_circle(ana, manager, name="Walk-ins", strategy="pool")
    lead = give(make_lead())
    assert load_queue(manager.user)["cards"][0]["can_take"] is True
    assert take_lead(user=manager.user, lead_id=lead.pk).consultant == manager


def test_queue_shows_the_first_and_counts_the_rest(ana):
    make_circle(ana, strategy="pool")
    leads = [give(make_lead(score=score)) for score in range(SHOWN + 3)]

    queue = load_queue(ana.user)

    assert (queue["count"], queue["more"], len(queue["cards"])) == (SHOWN + 3, 3, SHOWN)
    assert queue["cards"][0]["id"] == str(leads[-1].pk)


@pytest.mark.parametrize("role", ["consultant", "manager"])
def test_queue_costs_the_same_for_one_lead_and_for_many(ana, django_assert_max_num_queries, role):
    make_circle(ana, strategy="pool")
    user = ana.user if role == "consultant" else make_manager()
    for _ in range(12):
        give(make_lead())
    assert user.is_manager is (role == "manager")
    with django_assert_max_num_queries(4):
        assert len(load_queue(user)["cards"]) == 12


@pytest.mark.django_db(transaction=True)
async def test_pool_hears_that_a_lead_came_and_was_taken_without_hearing_whose_it_is():
    ana, bia, carlos = [await in_database(make_consultant, name) for name in ("ana", "bia", "carlos")]
    await in_database(make_circle, ana, bia, name="Walk-ins", strategy="pool")
    lead = await in_database(make_lead, **PERSONAL)
    async with live_socket_of(bia.user) as pooled, live_socket_of(carlos.user) as stranger:
        await in_database(give, lead)
        frame = await pooled.frame()
        assert set(frame) == {"v", "type", "ts"}
        assert frame["type"] == "sync:queue"
        await in_database(take_lead, user=ana.user, lead_id=lead.pk)
        assert (await pooled.frame())["type"] == "sync:queue"
        assert await pooled.is_quiet()
        assert await stranger.is_quiet()


@pytest.mark.django_db(transaction=True)
async def test_pool_hears_that_a_lead_was_closed_while_it_waited():
    ana, manager = await in_database(make_consultant, "ana"), await in_database(make_manager)
    await in_database(make_circle, ana, strategy="pool")
    lead = await in_database(make_lead)
    await in_database(give, lead)
    async with live_socket_of(ana.user) as socket:
        await in_database(board.move_lead, user=manager, lead_id=lead.pk, status="lost")
        assert (await socket.frame())["type"] == "sync:queue"
    assert await in_database(load_queue, ana.user) == {
        "is_managers": False,
        "cards": [],
        "count": 0,
        "more": 0,
    }


def test_lead_page_says_when_the_first_reply_is_due(ana):
    make_circle(ana, reply_minutes=30)
    lead = give(make_lead())
    html = page_of(ana.user, f"/leads/{lead.pk}/")
    assert "first reply due" in html
    lead.refresh_from_db()
    assert lead_facts(lead)["reply_due_at"] == as_time(lead.reply_due_at)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"strategy": "pool"}, "In the pool “Everyone”"),
        ({"reply_minutes": 1, "reply_rounds": 0}, "For a manager to decide"),
    ],
)
def test_lead_page_of_a_manager_says_whom_a_lead_waits_for(ana, over, words):
    make_circle(ana, **over)
    with clock.virtual(datetime(2026, 3, 10, 15, tzinfo=UTC)) as time:
        lead = give(make_lead())
        for _ in range(2):
            time.move_to(time.moment + timedelta(minutes=10))
            act_on_due_replies()
    assert words in page_of(make_manager(), f"/leads/{lead.pk}/")
    [card] = load_queue(make_manager())["cards"]
    assert card["why"] in (
        "Waits in the pool “Everyone” until somebody takes it",
        "ana did not reply in time. For a manager to decide",
    )
