"""Many workers, many senders, crashes: nothing is lost and nothing happens twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import deliveries
from leads.actors import SYSTEM
from leads.ledger import read_ledger
from leads.models import (
    Assignment,
    AssignmentRule,
    Delivery,
    Lead,
    LeadEvent,
    LeadIdentity,
    SeenSubmission,
    Source,
)
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from leads.tests.locks import wait_for_lock_waiters
from leads.tests.makers import make_circle, make_consultant, make_lead, make_statuses

THREADS = 20


def make_source():
    make_statuses()
    return Source.objects.create(slug="page", name="Page", secret="s")


def store(source, body, count=1):
    raw = json.dumps(body).encode()
    return [
        Delivery.objects.create(source=source, body=raw, content_type="application/json")
        for _ in range(count)
    ]


def at_once(act, count=THREADS):
    """Run `act(number)` in as many threads, each with its own connection; their results."""

    def run(number):
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def process_and_close():
    try:
        deliveries.process_pending()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_twenty_submissions_of_one_new_person_at_once_make_one_lead():
    source, consultant = make_source(), make_consultant()
    make_circle(consultant)

    def receive(number):
        phone = "+5511987654321" if number % 2 else "+551187654321"
        email = "ana@mail.example" if number % 3 else ""
        return receive_lead(
            payload=LeadPayload(name="Ana", phone=phone, email=email, external_id=f"s{number}"),
            source=source,
            actor=SYSTEM,
        )

    results = at_once(receive)

    lead = Lead.objects.get()
    assert sum(one.is_new for one in results) == 1
    assert {one.lead.pk for one in results} == {lead.pk}
    assert Assignment.objects.count() == 1
    assert sorted(lead.identities.values_list("kind", flat=True)) == ["email", "phone"]
    assert lead.events.filter(kind=LeadEvent.Kind.RETURNED).count() == THREADS - 1
    assert SeenSubmission.objects.filter(lead=lead).count() == THREADS


@pytest.mark.django_db(transaction=True)
def test_people_who_share_contacts_crosswise_at_once_do_not_deadlock():
    source = make_source()
    contacts = [("+5511987654321", "b@mail.example"), ("+5511987654322", "a@mail.example")]

    def receive(number):
        phone, email = contacts[number % 2]
        return receive_lead(payload=LeadPayload(phone=phone, email=email), source=source, actor=SYSTEM)

    at_once(receive)

    assert Lead.objects.count() == 2
    assert LeadIdentity.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_same_submission_twenty_times_through_many_workers_makes_one_lead():
    source = make_source()
    store(source, {"name": "Ana", "phone": "11987654321", "submission_id": "s-1"}, THREADS)

    at_once(lambda _number: deliveries.process_pending(), 4)

    lead = Lead.objects.get()
    states = list(Delivery.objects.values_list("state", flat=True))
    assert (states.count("processed"), states.count("duplicate")) == (1, THREADS - 1)
    assert lead.deliveries.count() == THREADS
    call_command("check_deliveries")


@pytest.mark.django_db(transaction=True)
def test_several_people_per_delivery_in_different_order_all_arrive():
    source = make_source()
    people = [{"name": f"P{n}", "phone": f"1198765{n:04d}", "email": f"p{n}@mail.example"} for n in range(5)]
    for turn in range(8):
        store(source, people[turn % 5 :] + people[: turn % 5])

    at_once(lambda _number: deliveries.process_pending(), 4)

    assert Lead.objects.count() == 5
    assert set(Delivery.objects.values_list("state", flat=True)) == {"processed", "duplicate"}


@pytest.mark.django_db(transaction=True)
def test_delivery_of_several_people_locks_the_rule_after_all_identities():
    source = make_source()
    make_circle(make_consultant())
    store(source, [{"name": f"P{n}", "phone": f"1198765000{n}"} for n in (1, 2)])
    second = LeadIdentity(lead=make_lead(), kind="phone", key="+5511987650002", shown="+5511987650002")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            second.save()
            working = pool.submit(process_and_close)
            wait_for_lock_waiters(1)
            AssignmentRule.objects.select_for_update(nowait=True).get()
        working.result()

    assert Delivery.objects.get().state == "processed"
    assert Assignment.objects.filter(outcome="assigned").count() == 2


@pytest.mark.django_db
def test_one_person_twice_in_a_delivery_is_assigned_once_as_they_stand_at_last():
    source, consultant = make_source(), make_consultant()
    make_circle(consultant)
    store(source, [{"name": "Ana", "phone": "11987654321"}, {"phone": "11987654321", "city": "Santos"}])

    deliveries.process_pending()

    lead = Lead.objects.get()
    assert (lead.consultant, lead.city, Assignment.objects.count()) == (consultant, "Santos", 1)


@pytest.mark.django_db
def test_claimed_delivery_of_a_dead_worker_is_due_again_after_its_lease():
    [delivery] = store(make_source(), {"name": "Ana", "phone": "11987654321"})
    deliveries.claim_batch()

    assert deliveries.process_pending() == 0
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert deliveries.process_pending() == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("processed", 2)


@pytest.mark.django_db
def test_worker_that_comes_back_after_its_lease_writes_nothing():
    store(make_source(), {"name": "Ana", "phone": "11987654321"})
    [late] = deliveries.claim_batch()
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    deliveries.process_pending()

    deliveries.process(late)

    assert Lead.objects.count() == 1
    assert Lead.objects.get().events.filter(kind="returned").count() == 0


@pytest.mark.django_db
def test_delivery_that_fails_waits_longer_each_time_and_is_given_up_at_last():
    [delivery] = store(make_source(), {"name": "Ana", "phone": "11987654321"})
    Source.objects.update(mapping=7)  # no mapping at all, which no form of ours lets in
    pauses = []
    for _ in range(deliveries.MAX_ATTEMPTS):
        Delivery.objects.update(next_attempt_at=timezone.now())
        deliveries.process_pending()
        delivery.refresh_from_db()
        pauses.append(
            delivery.next_attempt_at and (delivery.next_attempt_at - timezone.now()).total_seconds()
        )

    assert (delivery.state, delivery.next_attempt_at) == ("dead", None)
    assert "This is a fault of ours" in delivery.error
    assert pauses[:-1] == sorted(pauses[:-1])
    assert Lead.objects.count() == 0


@pytest.mark.django_db
def test_delivery_that_no_worker_survives_is_given_up():
    [delivery] = store(make_source(), {"name": "Ana", "phone": "11987654321"})
    for _ in range(deliveries.MAX_ATTEMPTS):
        deliveries.claim_batch()
        Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))

    deliveries.process_pending()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_attempt_at) == ("dead", None)
    assert delivery.error == "No worker came to an end with it."
    assert Lead.objects.count() == 0


@pytest.mark.django_db
def test_complete_creation_takes_few_statements():
    source = make_source()
    make_circle(make_consultant())
    payload = LeadPayload(name="Ana", phone="+5511987654321", email="a@mail.example", external_id="s-1")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        receive_lead(payload=payload, source=source, actor=SYSTEM)

    statements = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 12, "\n".join(statement[:90] for statement in statements)


@pytest.mark.django_db
def test_closed_lead_that_comes_back_opens_again_with_its_consultant():
    source, former = make_source(), make_consultant("former")
    make_circle(former, make_consultant("other"))
    payload = LeadPayload(name="Ana", phone="+5511987654321")
    lead = receive_lead(payload=payload, source=source, actor=SYSTEM).lead
    Lead.objects.filter(pk=lead.pk).update(status_id="lost", closed_at=timezone.now())

    receive_lead(payload=payload, source=source, actor=SYSTEM)

    lead.refresh_from_db()
    assert (lead.status_id, lead.closed_at, lead.consultant) == ("new", None, former)


@pytest.mark.django_db
def test_closed_lead_whose_consultant_is_away_goes_to_the_next():
    source, former, other = make_source(), make_consultant("former"), make_consultant("other")
    make_circle(former, other)
    payload = LeadPayload(name="Ana", phone="+5511987654321")
    lead = receive_lead(payload=payload, source=source, actor=SYSTEM).lead
    Lead.objects.filter(pk=lead.pk).update(status_id="lost", closed_at=timezone.now())
    former.is_accepting_leads = False
    former.save()

    receive_lead(payload=payload, source=source, actor=SYSTEM)

    lead.refresh_from_db()
    assert lead.consultant == other


@pytest.mark.django_db
def test_phone_of_one_lead_and_email_of_another_joins_the_first_and_says_so():
    source = make_source()
    by_phone = receive_lead(payload=LeadPayload(phone="+5511987654321"), source=source, actor=SYSTEM).lead
    by_email = receive_lead(payload=LeadPayload(email="a@mail.example"), source=source, actor=SYSTEM).lead

    both = LeadPayload(name="Ana", phone="+5511987654321", email="a@mail.example")
    received = receive_lead(payload=both, source=source, actor=SYSTEM)

    assert received.lead == by_phone
    assert received.lead.events.get(kind="returned").data["also_known_as"] == [str(by_email.pk)]


@pytest.mark.django_db
def test_spam_is_kept_marked_and_given_to_nobody():
    source = make_source()
    make_circle(make_consultant())
    text = "We offer SEO services and backlinks: https://spam.example"

    lead = receive_lead(
        payload=LeadPayload(name="Max", email="m@mail.example", message=text), source=source, actor=SYSTEM
    ).lead

    assert (lead.is_spam, lead.consultant_id, lead.temperature) == (True, None, "cold")
    assert "spam" in [reason["code"] for reason in lead.classification["reasons"]]


@pytest.mark.django_db
def test_ledger_that_does_not_add_up_fails_the_check(capsys):
    [delivery] = store(make_source(), {"name": "Ana", "phone": "11987654321"})
    deliveries.process_pending()
    call_command("check_deliveries")
    assert capsys.readouterr().out.splitlines()[:3] == ["all: 1", "received: 0", "processed: 1"]

    delivery.leads.clear()

    with pytest.raises(CommandError):
        call_command("check_deliveries")


@pytest.mark.django_db(transaction=True)
def test_ledger_is_read_as_of_one_instant_though_rows_change_meanwhile():
    [delivery] = store(make_source(), {"name": "Ana", "phone": "11987654321"})
    deliveries.process_pending()
    changed = []

    def change_it_elsewhere():
        deny(delivery)
        connections.close_all()

    def watch(execute, sql, *rest):
        answer = execute(sql, *rest)
        if "GROUP BY" in sql and not changed:
            changed.append(sql)
            other = Thread(target=change_it_elsewhere)
            other.start()
            other.join()
        return answer

    with connection.execute_wrapper(watch):
        assert read_ledger().faults == []

    assert len(changed) == 1
    assert read_ledger().faults == ["1 that made a lead and deny it"]


def deny(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(state="duplicate")


def forget_when_due(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(state="received", next_attempt_at=None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("break_it", "what_is_said"),
    [
        (lambda delivery: delivery.delete(), "1 missing, though a lead was made of each"),
        (deny, "1 that made a lead and deny it"),
        (forget_when_due, "1 pending and never due"),
        (lambda _delivery: Lead.objects.all().delete(), "2 settled without a lead"),
    ],
)
def test_ledger_broken_behind_its_back_says_in_which_way(capsys, break_it, what_is_said):
    first, _again = store(make_source(), {"name": "Ana", "phone": "11987654321"}, 2)
    deliveries.process_pending()
    call_command("check_deliveries")

    break_it(first)

    with pytest.raises(CommandError):
        call_command("check_deliveries")
    assert what_is_said in capsys.readouterr().err


@pytest.mark.django_db
def test_bodies_go_after_their_time_in_portions_and_rows_stay(settings, monkeypatch):
    settings.DELIVERY_BODY_DAYS = 30
    monkeypatch.setattr(deliveries, "FORGOTTEN_AT_ONCE", 2)
    *old, new = (one.pk for one in store(make_source(), {"name": "Ana", "phone": "11987654321"}, 4))
    deliveries.process_pending()
    Delivery.objects.filter(pk__in=old).update(received_at=timezone.now() - timedelta(days=31))

    assert deliveries.forget_bodies() == 3

    bodies = dict(Delivery.objects.values_list("pk", "body"))
    assert [bodies[one] for one in old] == [None] * 3
    assert bodies[new] is not None
