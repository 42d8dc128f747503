"""The second opinion on a lead: bounded, explained, never against a person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from leads.actors import AGENT
from leads.models import Lead, LeadEvent
from leads.services import classification
from leads.tests.makers import make_circle, make_consultant, make_lead, make_user

OPINION = {
    "score": 60,
    "reasons": ["Wants to move this month."],
    "product": "apartment",
    "language": "en",
    "is_spam": False,
    "missing": ["value"],
    "next_action": "call_today",
}


def rules(score: int, **over) -> dict:
    reasons = [{"code": "phone", "text": "Has a valid phone"}]
    return {"source": "rules", "score": score, "rules_score": score, "reasons": reasons} | over


def apply(lead: Lead, **over) -> Lead:
    return classification.apply_classification(lead_id=lead.pk, classification=OPINION | over, actor=AGENT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules_score", "model_score", "score", "temperature"),
    [
        (50, 60, 60, "warm"),
        (50, 100, 75, "hot"),
        (50, 0, 25, "cold"),
        (90, 999, 100, "hot"),
        (10, -999, 0, "cold"),
    ],
)
def test_apply_classification_moves_the_score_within_bounds(rules_score, model_score, score, temperature):
    lead = apply(make_lead(score=rules_score, classification=rules(rules_score)), score=model_score)
    assert (lead.score, lead.temperature) == (score, temperature)
    assert (lead.classification["source"], lead.classification["rules_score"]) == ("llm", rules_score)


@pytest.mark.django_db
def test_apply_classification_twice_measures_from_the_rules_both_times():
    lead = make_lead(score=50, classification=rules(50))
    apply(lead, score=100)
    assert apply(lead, score=100).score == 75


@pytest.mark.django_db
def test_apply_classification_keeps_the_rules_reasons_and_adds_its_own():
    lead = apply(make_lead(classification=rules(50)), reasons=["One.", " ", "x" * 500])
    assert [reason["code"] for reason in lead.classification["reasons"]] == ["phone", "model", "model"]
    assert len(lead.classification["reasons"][2]["text"]) == 200


@pytest.mark.django_db
def test_apply_classification_writes_one_line_one_version_and_ends_the_wait(
    django_capture_on_commit_callbacks,
):
    lead = make_lead(classification=rules(50))
    with django_capture_on_commit_callbacks() as announced:
        apply(lead)
    lead.refresh_from_db()
    assert (lead.version, lead.refinement, lead.language) == (2, "done", "en")
    event = lead.events.get(kind="classified")
    assert (event.actor_kind, event.data["score"], event.data["rules_score"]) == ("agent", 60, 50)
    assert len(announced) == 1


@pytest.mark.django_db
def test_apply_classification_on_a_persons_decision_changes_nothing():
    lead = make_lead(score=90, temperature="hot", classification=rules(90, source="person"))
    apply(lead, score=0, is_spam=True)
    lead.refresh_from_db()
    assert (lead.score, lead.temperature, lead.is_spam, lead.refinement) == (90, "hot", False, "done")
    assert not lead.events.exists()


@pytest.mark.django_db
def test_apply_classification_cannot_call_spam_what_people_work_on():
    lead = make_lead(classification=rules(50))
    LeadEvent.objects.create(lead=lead, kind="note", actor_kind="user", user=make_user())
    assert not apply(lead, is_spam=True).is_spam


@pytest.mark.django_db
def test_apply_classification_of_spam_leaves_nothing_to_do():
    lead = apply(make_lead(score=50, classification=rules(50)), is_spam=True)
    assert (lead.is_spam, lead.score, lead.temperature) == (True, 0, "cold")
    assert lead.classification["next_action"] == "ignore"


@pytest.mark.django_db
def test_apply_classification_that_clears_spam_gives_the_lead_to_somebody():
    consultant = make_consultant()
    make_circle(consultant)
    lead = apply(make_lead(is_spam=True, classification=rules(0)))
    lead.refresh_from_db()
    assert (lead.is_spam, lead.consultant) == (False, consultant)


@pytest.mark.django_db
def test_apply_classification_never_clears_the_senders_own_test():
    marked = rules(0, reasons=[{"code": "test", "text": "The sender marked it as a test"}])
    lead = apply(make_lead(is_spam=True, classification=marked))
    assert (lead.is_spam, lead.consultant_id) == (True, None)


@pytest.mark.django_db
def test_apply_classification_on_an_archived_lead_writes_nothing():
    assert apply(make_lead(archived_at=timezone.now())) is None


@pytest.mark.django_db
def test_claim_leads_to_refine_leaves_out_what_is_done_old_archived_or_claimed():
    waiting = make_lead()
    make_lead(refinement="done")
    make_lead(archived_at=timezone.now())
    old = make_lead()
    Lead.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert classification.claim_leads_to_refine(10) == [waiting.pk]
    assert classification.claim_leads_to_refine(10) == []
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert classification.claim_leads_to_refine(10) == [waiting.pk]


@pytest.mark.django_db
def test_refinement_failed_tries_once_more_later_then_lets_the_rules_stand():
    lead = make_lead(score=50, classification=rules(50))
    classification.refinement_failed(lead_id=lead.pk)
    assert classification.claim_leads_to_refine(10) == []
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert classification.claim_leads_to_refine(10) == [lead.pk]
        classification.refinement_failed(lead_id=lead.pk)
    lead.refresh_from_db()
    assert (lead.refinement, lead.refine_attempts, lead.score) == ("done", 2, 50)


@pytest.mark.django_db(transaction=True)
def test_claim_leads_to_refine_by_many_workers_gives_each_lead_once():
    leads = {make_lead().pk for _ in range(30)}

    def worker(_number: int) -> list:
        claimed = classification.claim_leads_to_refine(7)
        connection.close()
        return claimed

    with ThreadPoolExecutor(8) as pool:
        taken = [lead for claimed in pool.map(worker, range(8)) for lead in claimed]
    assert len(taken) == len(set(taken))
    assert set(taken) <= leads
