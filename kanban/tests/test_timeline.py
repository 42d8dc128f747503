"""A lead's history: three tables, one order."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from kanban import timeline
from kanban.history import history_of
from leads.models import LeadEvent
from leads.services.assigning import assign_by_hand
from leads.services.board import add_note, move_lead
from leads.services.merging import merge_leads
from leads.tests.makers import make_consultant, make_lead, make_manager
from whatsapp.models import Message
from whatsapp.tests.makers import make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_manager()


@pytest.fixture
def client(manager):
    client = APIClient()
    client.force_login(manager)
    return client


def test_timeline_merges_events_assignments_and_messages_newest_first(client, manager):
    ana = make_consultant("ana")
    lead = make_lead()
    conversation = make_conversation(body="Quero um apartamento")
    conversation.lead = lead
    conversation.save()
    assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=ana.pk)
    move_lead(user=manager, lead_id=lead.pk, status="won")
    add_note(user=manager, lead_id=lead.pk, text="Paid")
    page = client.get(f"/api/leads/{lead.pk}/timeline/").json()
    assert [(entry["type"], entry["kind"]) for entry in page["results"]] == [
        ("event", "note"),
        ("event", "moved"),
        ("assignment", "assigned"),
        ("message", "in"),
    ]
    assert page["next"] is page["previous"] is None
    note, _moved, assigned, message = page["results"]
    assert (note["data"], note["actor"]["id"]) == ({"text": "Paid"}, manager.pk)
    assert assigned["data"]["consultant"]["username"] == "ana"
    assert message["data"]["body"] == "Quero um apartamento"
    assert message["actor"]["kind"] == "client"


def test_timeline_pages_meet_even_within_one_instant(client, monkeypatch):
    monkeypatch.setattr(timeline, "PAGE_SIZE", 4)
    lead = make_lead()
    conversation = make_conversation()
    conversation.lead = lead
    conversation.save()
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for number in range(9):
        LeadEvent.objects.create(lead=lead, kind="note", data={"n": number})
        Message.objects.create(
            conversation=conversation, seq=100 + number, direction="in", author="client", status="received"
        )
    LeadEvent.objects.update(created_at=noon)
    Message.objects.update(created_at=noon)
    LeadEvent.objects.filter(data__n__lt=3).update(created_at=noon - timedelta(hours=1))
    path, seen = f"/api/leads/{lead.pk}/timeline/", []
    while path:
        page = client.get(path).json()
        seen += page["results"]
        path = page["next"]
    assert len(seen) == len({entry["id"] for entry in seen}) == 19
    assert [entry["created_at"] for entry in seen] == sorted((e["created_at"] for e in seen), reverse=True)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "~~",
        "2026-11-22~0~x",
        "2026-11-22T12:00:00Z~9~1",
        "2026-11-22T12:00:00Z~2~x",
        "\x00",
        "2026-99-99T1~1~1",
    ],
)
def test_timeline_foreign_cursor_is_refused(client, cursor):
    answer = client.get(f"/api/leads/{make_lead().pk}/timeline/", {"cursor": cursor})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["cursor"])


def test_timeline_costs_the_same_for_one_entry_and_thirty(client, django_assert_num_queries):
    lead = make_lead()
    consultants = [make_consultant() for _ in range(5)]
    for count in (1, 29):
        for number in range(count):
            LeadEvent.objects.create(lead=lead, kind="note", user=consultants[number % 5].user)
        # session, user, lead, three tables
        with django_assert_num_queries(6):
            client.get(f"/api/leads/{lead.pk}/timeline/")


def timeline_page(client, lead):
    html = client.get(f"/leads/{lead.pk}/?tab=timeline").content.decode()
    return html.partition('id="panel-timeline"')[2].partition('id="panel-notes"')[0]


def test_merge_says_with_whom_and_offers_its_undoing_once(client, manager):
    keep, other = make_lead(name="Júlia Prado"), make_lead(name="J. Prado")
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)

    page = timeline_page(client, keep)
    assert f'<a href="/leads/{other.pk}/">Merged with J. Prado</a>' in page
    assert f'data-api="/api/leads/{keep.pk}/split/"' in page
    assert f'name="other" value="{other.pk}"' in page
    assert f'<a href="/leads/{keep.pk}/">Merged into Júlia Prado</a>' in timeline_page(client, other)

    client.post(f"/api/leads/{keep.pk}/split/", {"other": str(other.pk)}, format="json")

    page = timeline_page(client, keep)
    assert "Merge with J. Prado undone" in page
    assert "/split/" not in page


def test_merge_is_no_consultants_to_undo(client, manager):
    ana = make_consultant("ana")
    keep, other = make_lead(consultant=ana), make_lead(name="J. Prado")
    merge_leads(user=manager, keep_id=keep.pk, other_id=other.pk)
    client.force_login(ana.user)

    page = timeline_page(client, keep)

    assert "Merged with J. Prado" in page
    assert "/split/" not in page
    assert str(other.pk) not in page


def test_merge_into_a_lead_that_is_a_part_itself_now_is_not_offered_for_undoing(client, manager):
    ana, bia, caio = (make_lead(name=name) for name in ("Ana", "Bia", "Caio"))
    merge_leads(user=manager, keep_id=bia.pk, other_id=caio.pk)
    merge_leads(user=manager, keep_id=ana.pk, other_id=bia.pk)

    merges = {line["merged"]: line["can_undo"] for line in history_of(ana) if line["merged"]}

    assert (merges[str(bia.pk)], merges[str(caio.pk)]) == (True, False)
