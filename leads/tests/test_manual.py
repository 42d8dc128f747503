"""Adding a lead by hand or by program, once however often it is asked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from leads.models import Assignment, Lead, SeenSubmission, Source, User
from leads.payload import LeadPayload
from leads.services.manual import KeyReusedError, add_lead
from leads.tests.makers import client_of, make_consultant, make_manager, make_statuses

FIRST = LeadPayload(name="Ana", email="a@mail.example", extra={"cor": "azul"})


def test_key_used_for_another_request_is_refused_and_changes_nothing(db):
    make_statuses()
    client = client_of(make_manager())

    def post(body):
        return client.post("/api/leads/", body, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    first = post({"email": "a@mail.example"})
    other = post({"email": "z@mail.example"})
    again = post({"email": "a@mail.example"})

    assert (first.status_code, other.status_code, again.status_code) == (201, 422, 200)
    assert other.json()["code"] == "idempotency_key_reused"
    assert again.json()["id"] == first.json()["id"]
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"payload": LeadPayload(name="Ana", email="a@mail.example", extra={"cor": "verde"})},
        {"status": "contacted"},
        {"source_slug": "site"},
    ],
)
def test_key_belongs_to_everything_that_was_asked(db, change):
    make_statuses()
    Source.objects.create(slug="site", name="Site")
    user = make_manager()
    asked = {"user": user, "payload": FIRST, "idempotency_key": "k"}
    add_lead(**asked)

    with pytest.raises(KeyReusedError):
        add_lead(**{**asked, **change})
    assert not add_lead(**asked).is_new


def test_key_from_before_requests_were_remembered_still_gives_its_lead(db):
    make_statuses()
    user = make_manager()
    first = add_lead(user=user, payload=FIRST, idempotency_key="k")
    SeenSubmission.objects.update(fingerprint="")

    again = add_lead(user=user, payload=LeadPayload(email="z@mail.example"), idempotency_key="k")

    assert again.lead == first.lead


def test_key_used_for_one_source_is_refused_for_any_other_and_for_none(db):
    make_statuses()
    for slug in ("site", "fair"):
        Source.objects.create(slug=slug, name=slug)
    asked = {"user": make_manager(), "payload": FIRST, "idempotency_key": "k"}
    first = add_lead(**asked, source_slug="site")

    for slug in ("fair", ""):
        with pytest.raises(KeyReusedError):
            add_lead(**asked, source_slug=slug)

    assert add_lead(**asked, source_slug="site").lead == first.lead
    assert Lead.objects.get().source.slug == "site"


@pytest.mark.django_db(transaction=True)
def test_one_key_asked_for_two_sources_at_once_makes_one_lead():
    make_statuses()
    slugs = ["site", "fair"]
    for slug in slugs:
        Source.objects.create(slug=slug, name=slug)
    user_id = make_manager().pk

    def ask(number):
        payload = LeadPayload(email=f"{number}@mail.example")
        try:
            user = User.objects.get(pk=user_id)
            return add_lead(user=user, payload=payload, idempotency_key="k", source_slug=slugs[number])
        except KeyReusedError:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        received = list(pool.map(ask, range(2)))

    assert received.count(None) == 1
    assert Lead.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_key_asked_by_ten_at_once_makes_one_lead():
    make_statuses()
    user_id = make_manager().pk

    def ask(_number):
        try:
            return add_lead(user=User.objects.get(pk=user_id), payload=FIRST, idempotency_key="k")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        received = list(pool.map(ask, range(10)))

    assert sum(one.is_new for one in received) == 1
    assert len({one.lead.pk for one in received}) == 1


@pytest.mark.parametrize(("by_manager", "notice"), [(False, "none"), (True, "pending")])
def test_consultant_is_told_of_a_lead_that_another_brought_and_not_of_their_own(db, by_manager, notice):
    make_statuses()
    ana = make_consultant("ana")
    user = make_manager() if by_manager else ana.user

    add_lead(user=user, payload=LeadPayload(name="Rui", email="rui@example.com"), consultant_id=ana.pk)

    assert Assignment.objects.get().notice == notice
