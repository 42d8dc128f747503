"""A second opinion on what the rules decided of a lead. It may shift their score, not replace it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from leads import clock
from leads.actors import Actor
from leads.models import Assignment, Lead, LeadEvent
from leads.scoring import temperature_of
from leads.services import writes
from leads.services.assigning import assign_lead
from leads.services.intake import scoring_profile

# Less than the 30 points from warm to hot by default: a model lifts no cold lead to hot
MAX_SHIFT = 25
MAX_ATTEMPTS = 2
MAX_REASONS = 5
LONGEST_REASON = 200
CLAIMED_FOR = timedelta(minutes=2)
TRY_AGAIN_AFTER = timedelta(minutes=10)
# A model configured today is not asked about the leads of last year.
RECENT = timedelta(days=1)
BY_A_PERSON = "person"
BY_THE_SENDER = "test"
OF_THE_MODEL = "model"


@transaction.atomic
def claim_leads_to_refine(limit: int, *, lead_id: UUID | str | None = None) -> list[UUID]:
    """Take leads that wait for a second opinion, the newest first. No two workers get the same one.

    A claim ends by itself after `CLAIMED_FOR`, should the worker die.
    """
    now = clock.now()
    waiting = Lead.objects.on_board().filter(
        Q(refine_after=None) | Q(refine_after__lte=now),
        refinement=Lead.Refinement.PENDING,
        created_at__gte=now - RECENT,
    )
    if lead_id is not None:
        waiting = waiting.filter(pk=lead_id)
    rows = waiting.order_by("-created_at").select_for_update(skip_locked=True)
    claimed = list(rows.values_list("pk", flat=True)[:limit])
    Lead.objects.filter(pk__in=claimed).update(refine_after=now + CLAIMED_FOR)
    return claimed


@transaction.atomic
def apply_classification(*, lead_id: UUID | str, classification: dict[str, Any], actor: Actor) -> Lead | None:
    """Write a second opinion: {score, reasons, product, language, is_spam, missing, next_action}.

    The score moves at most `MAX_SHIFT` from the rules' own and the temperature follows it. What a
    person decided stays. A lead cleared of spam is assigned now. None: there was nothing to write on.
    """
    lead = Lead.objects.on_board().select_for_update(of=("self",)).filter(pk=lead_id).first()
    if lead is None:
        return None
    was_spam = lead.is_spam
    lead.refinement, lead.refine_after = Lead.Refinement.DONE, None
    # The wait ends all the same, or the lead would be claimed again and again
    if lead.classification.get("source") == BY_A_PERSON:
        lead.save(update_fields=["refinement", "refine_after"])
        return lead
    _put(lead, classification)
    _record(lead, actor)
    if was_spam and not lead.is_spam and lead.consultant_id is None:
        assign_lead(lead=lead, actor=actor, trigger=Assignment.Trigger.ARRIVAL)
    return lead


def refinement_failed(*, lead_id: UUID | str) -> None:
    """The rules stand. Once more later, then no more."""
    later = clock.now() + TRY_AGAIN_AFTER
    waiting = Lead.objects.filter(pk=lead_id, refinement=Lead.Refinement.PENDING)
    waiting.update(refine_attempts=F("refine_attempts") + 1, refine_after=later)
    waiting.filter(refine_attempts__gte=MAX_ATTEMPTS).update(
        refinement=Lead.Refinement.DONE, refine_after=None
    )


def _put(lead: Lead, opinion: dict[str, Any]) -> None:
    rules = lead.classification
    # The rules' own, which stays: measured from the last opinion, two in a row would shift it twice
    rules_score = rules.get("rules_score", lead.score)
    lead.is_spam = _is_spam(lead, opinion)
    lead.score = 0 if lead.is_spam else _shifted(rules_score, opinion["score"])
    lead.temperature = temperature_of(lead.score, scoring_profile())
    lead.language = lead.language or opinion["language"]
    lead.classification = rules | {
        "source": "llm",
        "rules_score": rules_score,
        "score": lead.score,
        "temperature": lead.temperature,
        "reasons": _reasons(rules, opinion),
        "product": opinion["product"] or rules.get("product", ""),
        "language": lead.language,
        "is_spam": lead.is_spam,
        "missing": opinion["missing"],
        "next_action": "ignore" if lead.is_spam else opinion["next_action"],
    }


def _is_spam(lead: Lead, opinion: dict[str, Any]) -> bool:
    """The sender's own test mark stays, and so does what people work on, whatever a model thinks of the words."""
    is_test = any(reason.get("code") == BY_THE_SENDER for reason in lead.classification.get("reasons", []))
    if is_test or lead.events.filter(actor_kind=LeadEvent.Actor.USER).exists():
        return lead.is_spam
    return bool(opinion["is_spam"])


def _shifted(rules_score: int, score: int) -> int:
    nearest = max(rules_score - MAX_SHIFT, min(rules_score + MAX_SHIFT, score))
    return max(0, min(100, nearest))


def _reasons(rules: dict[str, Any], opinion: dict[str, Any]) -> list[dict[str, str]]:
    own = [reason for reason in rules.get("reasons", []) if reason.get("code") != OF_THE_MODEL]
    added = [text[:LONGEST_REASON] for text in opinion["reasons"][:MAX_REASONS] if text.strip()]
    return own + [{"code": OF_THE_MODEL, "text": text} for text in added]


def _record(lead: Lead, actor: Actor) -> None:
    writes.record(
        lead,
        LeadEvent.Kind.CLASSIFIED,
        actor,
        source=lead.classification["source"],
        temperature=lead.temperature,
        score=lead.score,
        rules_score=lead.classification["rules_score"],
        reasons=lead.classification["reasons"],
    )
    fields = ["temperature", "score", "is_spam", "language", "classification", "refinement", "refine_after"]
    writes.changed(lead, fields, action="classified", actor=actor)
