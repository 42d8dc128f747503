"""Merging over HTTP."""

import pytest

from leads.actors import SYSTEM
from leads.models import Lead
from leads.payload import LeadPayload
from leads.services.intake import receive_lead
from leads.tests.makers import client_of, make_consultant, make_lead, make_manager, make_statuses
from leads.tests.test_api_views import NO_LEAD

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    make_statuses()
    payloads = LeadPayload(name="Ana", phone="+5511987654321"), LeadPayload(email="ana@mail.example")
    return [receive_lead(payload=one, source=None, actor=SYSTEM, assign=False).lead for one in payloads]


def ask(user, lead, what, other):
    return client_of(user).post(f"/api/leads/{lead.pk}/{what}/", {"other": str(other)}, format="json")


def test_merge_answers_with_the_kept_lead_and_split_with_the_other_one(pair):
    keep, other = pair
    manager = make_manager()

    merged = ask(manager, keep, "merge", other.pk)

    assert (merged.status_code, merged.json()["id"]) == (200, str(keep.pk))
    assert merged.json()["email"] == "ana@mail.example"
    assert list(Lead.objects.on_board()) == [keep]
    [told] = [
        line["data"]
        for line in client_of(manager).get(f"/api/leads/{keep.pk}/timeline/").json()["results"]
        if line["kind"] == "merged"
    ]
    assert told["other"] == str(other.pk)
    assert "moved" not in told

    apart = ask(manager, keep, "split", other.pk)

    assert (apart.status_code, apart.json()["id"], apart.json()["merged_into"]) == (200, str(other.pk), None)
    keep.refresh_from_db()
    assert keep.email == ""
    assert Lead.objects.on_board().count() == 2


def test_split_twice_is_refused_and_merge_may_follow_again(pair):
    keep, other = pair
    manager = make_manager()
    ask(manager, keep, "merge", other.pk)
    ask(manager, keep, "split", other.pk)

    assert ask(manager, keep, "split", other.pk).status_code == 422
    assert ask(manager, keep, "merge", other.pk).status_code == 200
    assert ask(manager, keep, "split", other.pk).status_code == 200


@pytest.mark.parametrize(("what", "status"), [("merge", 422), ("split", 404)])
def test_lead_that_is_not_there_is_refused_in_words(pair, what, status):
    answer = ask(make_manager(), pair[0], what, NO_LEAD)

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_lead_with_itself_is_refused(pair):
    assert ask(make_manager(), pair[0], "merge", pair[0].pk).status_code == 422


@pytest.mark.parametrize("what", ["merge", "split"])
def test_consultants_do_not_merge(what):
    ana = make_consultant("ana")
    mine, other = make_lead(consultant=ana), make_lead(consultant=ana)

    assert ask(ana.user, mine, what, other.pk).status_code == 403
    assert Lead.objects.on_board().count() == 2
