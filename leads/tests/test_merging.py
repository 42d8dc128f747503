"""One person on two cards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.utils import timezone

from leads.actors import SYSTEM
from leads.errors import CrmError, InvalidError, NotAllowedError
from leads.models import Lead, LeadEvent, LeadIdentity, SeenSubmission, Source
from leads.payload import LeadPayload
from leads.services.activity import stop_waiting
from leads.services.board import add_note
from leads.services.intake import receive_lead
from leads.services.merging import merge_leads, undo_merge
from leads.tests.locks import in_own_connection, wait_for_lock_waiters
from leads.tests.makers import make_circle, make_consultant, make_manager, make_statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """The same person by phone and by e-mail, each with a history of its own."""
    make_statuses()
    make_circle(make_consultant(), make_consultant())
    source = Source.objects.create(slug="page", name="Page", secret="s")
    by_phone = LeadPayload(name="Ana", phone="+5511987654321", external_id="s-1")
    by_email = LeadPayload(email="a@mail.example", city="Santos", external_id="s-2", message="Oi")
    return [receive_lead(payload=one, source=source, actor=SYSTEM).lead for one in (by_phone, by_email)]


def snapshot(lead):
    lead = Lead.objects.get(pk=lead.pk)
    return {
        "facts": (lead.name, lead.phone, lead.email, lead.city, lead.message, lead.extra, lead.archived_at),
        "identities": sorted(lead.identities.values_list("key", flat=True)),
        "events": sorted(lead.events.exclude(kind="merged").values_list("pk", flat=True)),
        "submissions": sorted(lead.seensubmission_set.values_list("key", flat=True)),
    }


def test_merge_joins_identities_histories_and_facts(pair):
    keep, other = pair
    before = [snapshot(lead) for lead in pair]

    merge_leads(user=make_manager(), keep_id=keep.pk, other_id=other.pk)

    after = snapshot(keep)
    assert after["facts"][:5] == ("Ana", "+5511987654321", "a@mail.example", "Santos", "Oi")
    assert after["identities"] == ["+5511987654321", "a@mail.example"]
    assert after["events"] == sorted(before[0]["events"] + before[1]["events"])
    other.refresh_from_db()
    assert other.merged_into == keep
    assert list(Lead.objects.on_board()) == [keep]


def test_person_who_comes_back_by_either_contact_finds_the_merged_lead(pair):
    keep, other = pair
    merge_leads(user=make_manager(), keep_id=keep.pk, other_id=other.pk)

    payload = LeadPayload(email="a@mail.example")

    assert receive_lead(payload=payload, source=None, actor=SYSTEM).lead == keep


def test_undone_merge_leaves_both_leads_as_they_were(pair):
    keep, other = pair
    before = [snapshot(lead) for lead in pair]
    manager = make_manager()
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)
    event = keep.events.get(kind=LeadEvent.Kind.MERGED)

    undo_merge(user=manager, event_id=event.pk)

    assert [snapshot(lead) for lead in pair] == before
    assert Lead.objects.get(pk=other.pk).merged_into is None


def test_undone_merge_leaves_what_was_written_since_with_the_kept_lead(pair):
    keep, other = pair
    manager = make_manager()
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)
    note = add_note(user=manager, lead_id=keep.pk, text="Called her")
    Lead.objects.filter(pk=keep.pk).update(city="Campinas")

    undo_merge(user=manager, event_id=keep.events.get(kind="merged").pk)

    keep.refresh_from_db()
    assert keep.city == "Campinas"
    assert keep.email == ""
    assert note in keep.events.all()


def test_merge_cannot_be_undone_twice(pair):
    keep, other = pair
    manager = make_manager()
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)
    event = keep.events.get(kind="merged")
    undo_merge(user=manager, event_id=event.pk)

    with pytest.raises(CrmError):
        undo_merge(user=manager, event_id=event.pk)


def test_consultant_may_not_merge(pair):
    with pytest.raises(NotAllowedError):
        merge_leads(user=make_consultant().user, keep_id=pair[0].pk, other_id=pair[1].pk)


def test_lead_is_not_merged_with_itself_or_twice(pair):
    keep, other = pair
    manager = make_manager()
    with pytest.raises(InvalidError):
        merge_leads(user=manager, keep_id=keep.pk, other_id=keep.pk)
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)

    with pytest.raises(InvalidError):
        merge_leads(user=manager, keep_id=other.pk, other_id=keep.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [SeenSubmission, LeadIdentity])
def test_merge_locks_what_the_leads_own_before_the_leads(pair, model):
    keep, other = pair
    manager = make_manager()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            model.objects.select_for_update().get(lead=other)
            merging = pool.submit(
                in_own_connection, merge_leads, user=manager, keep_id=keep.pk, other_id=other.pk
            )
            wait_for_lock_waiters(1)
            Lead.objects.select_for_update(nowait=True).get(pk=other.pk)
        assert merging.result() == keep


def silent(lead):
    stop_waiting(lead_ids=[lead.pk])
    return Lead.objects.get(pk=lead.pk)


def test_merge_with_somebody_who_asked_for_no_messages_awaits_no_reply_and_undone_may_write_again(pair):
    keep, other = pair
    other = silent(other)
    due = timezone.now()
    Lead.objects.filter(pk=keep.pk).update(waiting_since=due, reply_due_at=due, reminded_at=due)
    manager = make_manager()

    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)

    keep.refresh_from_db()
    assert keep.opted_out_at == other.opted_out_at
    assert (keep.waiting_since, keep.reply_due_at, keep.reminded_at) == (None, None, None)

    undo_merge(user=manager, event_id=keep.events.get(kind=LeadEvent.Kind.MERGED).pk)

    keep.refresh_from_db()
    assert keep.opted_out_at is None


def test_undone_merge_of_two_who_asked_for_no_messages_keeps_both_silent(pair):
    keep, other = (silent(lead) for lead in pair)
    manager = make_manager()
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)
    undo_merge(user=manager, event_id=keep.events.get(kind=LeadEvent.Kind.MERGED).pk)
    assert Lead.objects.get(pk=keep.pk).opted_out_at == keep.opted_out_at
