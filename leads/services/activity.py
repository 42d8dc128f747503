"""What the conversation does to the card: who waits since when, who spoke last, how fast we were."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from leads.actors import AGENT, CLIENT, Actor, person
from leads.fields import CurrentTransaction
from leads.models import Consultant, Lead, LeadEvent, User
from leads.services import writes

SNIPPET = 200
# Weight of the newest response in the running average that estimates the next one.
NEWEST = 0.2


def client_wrote(*, lead_id: UUID, text: str, at: datetime, is_owed_an_answer: bool = True) -> None:
    """The client waits from the first message that nobody answered yet, if an answer is allowed."""
    # By the database, for the row is not read here: of two messages at once, the first moment stays
    waits = {"waiting_since": Coalesce("waiting_since", Value(at))} if is_owed_an_answer else {}
    _touch(
        lead_id,
        text,
        LeadEvent.Actor.CLIENT,
        at,
        CLIENT,
        unread_count=F("unread_count") + 1,
        **waits,
    )


def agent_replied(*, lead_id: UUID, text: str, at: datetime) -> None:
    _touch(lead_id, text, LeadEvent.Actor.AGENT, at, AGENT, waiting_since=None)


def spoke_before(*, lead_id: UUID, text: str, author: str, at: datetime) -> None:
    """The last words of a conversation that is older than its lead."""
    if Lead.objects.filter(pk=lead_id, last_message_at=None).exists():
        _touch(lead_id, text, author, at, AGENT)


def stop_waiting(*, lead_ids: Collection[UUID]) -> None:
    """Nobody owes these clients an answer any more, nor does whoever gets them later: they asked not to be
    written to."""
    Lead.objects.filter(pk__in=lead_ids, opted_out_at=None).update(opted_out_at=timezone.now())
    owed = Q(waiting_since__isnull=False) | Q(reply_due_at__isnull=False)
    # By id, as everybody locks several leads
    for lead in Lead.objects.filter(owed, pk__in=lead_ids).order_by("pk"):
        Lead.objects.filter(pk=lead.pk).update(
            waiting_since=None,
            reply_due_at=None,
            reminded_at=None,
            version=F("version") + 1,
            changed_in=CurrentTransaction(),
            updated_at=timezone.now(),
        )
        writes.say_changed(lead.pk, "opted_out", ["waiting_since", "reply_due_at", "reminded_at"], CLIENT)


def may_be_written_to(*, lead_ids: Collection[UUID]) -> None:
    """These clients agreed to hear from us again. Replies are awaited from the next assignment on."""
    Lead.objects.filter(pk__in=lead_ids).update(opted_out_at=None)


def handed_over(*, lead_id: UUID, at: datetime) -> None:
    """From the handoff on, the client waits for a person."""
    Lead.objects.filter(pk=lead_id).update(
        waiting_since=Coalesce("waiting_since", Value(at)),
        version=F("version") + 1,
        changed_in=CurrentTransaction(),
        updated_at=timezone.now(),
    )
    writes.say_changed(lead_id, "handed_over", ["waiting_since"], AGENT)


def consultant_replied(*, lead_id: UUID, user: User, text: str, at: datetime, origin: str = "") -> None:
    """Nobody waits any more, so no reply is due; the first time also says how fast this consultant is."""
    lead = Lead.objects.filter(pk=lead_id).only("assigned_at", "first_response_at", "consultant_id").first()
    # A colleague who answers in between was not waited for: nothing is learned of how fast they are
    if lead and lead.first_response_at is None and lead.assigned_at and lead.consultant_id == user.pk:
        _remember_response_time(user, (at - lead.assigned_at).total_seconds())
    _touch(
        lead_id,
        text,
        "consultant",
        at,
        person(user, origin),
        waiting_since=None,
        reply_due_at=None,
        reminded_at=None,
        unread_count=0,
        first_response_at=Coalesce("first_response_at", Value(at)),
    )


def _touch(lead_id: UUID, text: str, author: str, at: datetime, actor: Actor, **facts: Any) -> None:
    """One statement: no need to read the row, and no lock is held before it."""
    Lead.objects.filter(pk=lead_id).update(
        last_message=text[:SNIPPET],
        last_message_author=author,
        last_message_at=at,
        version=F("version") + 1,
        changed_in=CurrentTransaction(),
        updated_at=timezone.now(),
        **facts,
    )
    writes.say_changed(lead_id, "message", ["last_message", *facts], actor)


def _remember_response_time(user: User, seconds: float) -> None:
    consultant = Consultant.objects.filter(pk=user.pk).first()
    if consultant is None:
        return
    known = consultant.typical_response_seconds
    typical = seconds if known is None else (1 - NEWEST) * known + NEWEST * seconds
    Consultant.objects.filter(pk=user.pk).update(typical_response_seconds=max(1, round(typical)))
