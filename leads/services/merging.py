"""Two cards of one person become one, with both histories; and apart again where that was wrong."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.actors import Actor, person
from leads.claims import hold_identities
from leads.errors import InvalidError, NotAllowedError, NotFoundError
from leads.models import Assignment, Delivery, Lead, LeadEvent, LeadIdentity, User
from leads.services import writes

FILLED = ("name", "phone", "email", "language", "city", "product", "message", "value", "creator", "source_id")
JOINED = ("attribution", "extra", "slots")
DeliveryLink = Delivery.leads.through


@transaction.atomic
def merge_leads(*, user: User, keep_id: UUID | str, other_id: UUID | str, origin: str = "") -> Lead:
    """Put everything of `other` to `keep`, which keeps its place, consultant and what it knows already.

    `other` leaves the board and points to `keep`. Its ledger of assignments stays with it. The timeline
    row holds all that `undo_merge` needs. Announces `lead_changed` for both.
    """
    _managers_only(user)
    keep, other = _locked_pair(keep_id, other_id)
    actor = person(user, origin)
    moved = {label: ids for label, ids in _move(other.pk, keep.pk) if ids}
    filled = _fill(keep, other)
    opted_out = _opt_out(keep, other)
    facts = {"other": str(other.pk), "other_name": str(other), "moved": moved, "filled": filled}
    was = {
        "archived_at": other.archived_at and other.archived_at.isoformat(),
        "awaited": other.awaits_consultant_since is not None,
        "made_silent": bool(opted_out),
    }
    writes.record(keep, LeadEvent.Kind.MERGED, actor, **facts, other_was=was)
    _take_off_the_board(other, keep, actor)
    writes.changed(keep, [*filled, *opted_out], action="merged", actor=actor)
    return keep


@transaction.atomic
def undo_merge(*, user: User, event_id: int, origin: str = "") -> Lead:
    """Take apart what one merge joined; what people wrote since stays with the lead that was kept."""
    _managers_only(user)
    event = LeadEvent.objects.filter(pk=event_id, kind=LeadEvent.Kind.MERGED, data__has_key="moved").first()
    if event is None:
        raise NotFoundError(_("There is no such merge."))
    keep, other = _locked_pair(event.lead_id, event.data["other"], are_merged=True)
    actor = person(user, origin)
    _move_back(event.data["moved"], keep.pk, other.pk)
    changed = _take_back(keep, event.data["filled"])
    # The same moment means that it came by the merge: who asked for silence since is left in peace
    if event.data["other_was"].get("made_silent") and keep.opted_out_at == other.opted_out_at:
        keep.opted_out_at = None
        changed.append("opted_out_at")
    writes.record(
        keep, LeadEvent.Kind.MERGED, actor, undone=event.pk, other=str(other.pk), other_name=str(other)
    )
    writes.changed(keep, changed, action="unmerged", actor=actor)
    _put_back_on_the_board(other, event.data["other_was"], actor)
    return other


def split_leads(*, user: User, keep_id: UUID | str, other_id: UUID | str, origin: str = "") -> Lead:
    """Undo the merge that made `other` a part of `keep`, the latest where there were several."""
    merges = LeadEvent.objects.filter(
        lead__id=keep_id, kind=LeadEvent.Kind.MERGED, data__has_key="moved", data__other=str(other_id)
    )
    latest = merges.order_by("-pk").values_list("pk", flat=True).first()
    if latest is None:
        raise NotFoundError(_("There is no such merge."))
    return undo_merge(user=user, event_id=latest, origin=origin)


def _managers_only(user: User) -> None:
    if not user.is_manager:
        raise NotAllowedError(_("Only managers merge leads."))


def _locked_pair(keep_id: UUID | str, other_id: UUID | str, *, are_merged: bool = False) -> tuple[Lead, Lead]:
    """Both rows, locked in one order for everybody, and before them what others lock on their way to a lead."""
    _hold_belongings(keep_id, other_id)
    rows = Lead.objects.select_for_update().filter(pk__in=[keep_id, other_id]).order_by("pk")
    found = {str(lead.pk): lead for lead in rows}
    if len(found) != 2:
        raise InvalidError(_("Choose two different leads."))
    keep, other = found[str(keep_id)], found[str(other_id)]
    if are_merged and other.merged_into_id != keep.pk:
        raise InvalidError(_("This merge was undone already."))
    if not are_merged and (keep.merged_into_id or other.merged_into_id):
        raise InvalidError(_("One of the two is part of another lead already."))
    return keep, other


def _hold_belongings(*lead_ids: UUID | str) -> None:
    """Conversations and the like first, then submissions; identities are the last before the leads."""
    models_in_order = sorted(
        _owned(), key=lambda model: (model._meta.app_label == "leads", model._meta.label)
    )
    for model in models_in_order:
        # The timeline is only added to, so nobody holds a row of it while they wait for a lead
        if model not in (LeadEvent, LeadIdentity):
            rows = model._default_manager.select_for_update().filter(lead_id__in=lead_ids).order_by("pk")
            # Asked for now: a query that nobody reads locks nothing
            list(rows.values_list("pk", flat=True))
    hold_identities(lead_ids)


def _owned() -> Iterator[type[models.Model]]:
    """What belongs to a lead, in whichever app it lives; the assignments are a ledger of the lead itself."""
    for relation in Lead._meta.related_objects:
        if relation.one_to_many and relation.related_model not in (Lead, Assignment):
            yield relation.related_model


def _move(from_id: UUID, to_id: UUID) -> Iterator[tuple[str, list[Any]]]:
    """(model, ids) of all that changes hands."""
    for model in _owned():
        rows = model._default_manager.filter(lead_id=from_id)
        ids = [str(pk) if isinstance(pk, UUID) else pk for pk in rows.values_list("pk", flat=True)]
        rows.update(lead_id=to_id)
        yield model._meta.label, ids
    # A delivery that spoke of both is linked to `keep` already; a second link would break the unique pair
    shared = DeliveryLink.objects.filter(lead_id=to_id).values("delivery_id")
    links = DeliveryLink.objects.filter(lead_id=from_id).exclude(delivery_id__in=shared)
    ids = list(links.values_list("pk", flat=True))
    DeliveryLink.objects.filter(pk__in=ids).update(lead_id=to_id)
    yield DeliveryLink._meta.label, ids


def _move_back(moved: dict[str, list[Any]], from_id: UUID, to_id: UUID) -> None:
    for model in (*_owned(), DeliveryLink):
        ids = moved.get(model._meta.label, [])
        # What has gone on since, by a later merge, is not taken back from there
        model._default_manager.filter(pk__in=ids, lead_id=from_id).update(lead_id=to_id)


def _fill(keep: Lead, other: Lead) -> dict[str, list[Any]]:
    """{field: [before, after]} in JSON's terms, of what `keep` did not know."""
    after = {name: getattr(keep, name) or getattr(other, name) for name in FILLED}
    after |= {name: {**getattr(other, name), **getattr(keep, name)} for name in JOINED}
    filled = {}
    for name, value in after.items():
        before = getattr(keep, name)
        if value != before:
            setattr(keep, name, value)
            filled[name] = [_plain(before), _plain(value)]
    return filled


def _opt_out(keep: Lead, other: Lead) -> list[str]:
    """Who asked for no messages by one of two ways is not written to by the other. Answers what changed."""
    if keep.opted_out_at is not None or other.opted_out_at is None:
        return []
    keep.opted_out_at = other.opted_out_at
    keep.waiting_since = keep.reply_due_at = keep.reminded_at = None
    return ["opted_out_at", "waiting_since", "reply_due_at", "reminded_at"]


def _take_back(keep: Lead, filled: dict[str, list[Any]]) -> list[str]:
    """Only what still is as the merge left it."""
    changed = [name for name, (_before, after) in filled.items() if _plain(getattr(keep, name)) == after]
    for name in changed:
        before = filled[name][0]
        setattr(keep, name, Decimal(before) if name == "value" and before is not None else before)
    return changed


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _take_off_the_board(other: Lead, keep: Lead, actor: Actor) -> None:
    lost = [other.consultant_id] if other.consultant_id else []
    other.merged_into, other.archived_at, other.awaits_consultant_since = keep, timezone.now(), None
    writes.record(other, LeadEvent.Kind.MERGED, actor, into=str(keep.pk), into_name=str(keep))
    fields = ["merged_into", "archived_at", "awaits_consultant_since"]
    writes.changed(other, fields, action="merged", actor=actor, lost_by=lost)


def _put_back_on_the_board(other: Lead, was: dict[str, Any], actor: Actor) -> None:
    other.merged_into, other.archived_at = None, was["archived_at"]
    other.awaits_consultant_since = timezone.now() if was["awaited"] else None
    fields = ["merged_into", "archived_at", "awaits_consultant_since"]
    writes.changed(other, fields, action="unmerged", actor=actor)
