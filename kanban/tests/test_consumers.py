"""The socket: who gets in, who hears what, who is put out."""

import asyncio
import json

import pytest
from django.test import Client

from kanban import hub as hub_module
from kanban import members
from kanban.hub import Hub
from kanban.tests.settling import wait_until_settled
from kanban.tests.sockets import in_database, live_socket_of, new_socket, session_of, socket_of, soon
from kanban.wire import channel
from leads.actors import SYSTEM
from leads.models import Lead
from leads.payload import LeadPayload
from leads.services.assigning import assign_by_hand
from leads.services.board import archive_lead, move_lead
from leads.services.intake import receive_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager, make_statuses, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager():
    return make_manager()


@pytest.fixture
def ana():
    return make_consultant("ana")


@pytest.fixture
def bia():
    return make_consultant("bia")


async def test_connect_without_login_is_closed_with_log_in_again():
    async with socket_of(None) as socket:
        assert await socket.closed() == 4401


async def test_connect_of_an_account_without_a_board_is_forbidden():
    user = await in_database(make_user)
    async with socket_of(user) as socket:
        assert await socket.closed() == 4403


async def test_connect_from_a_foreign_page_is_refused(manager):
    socket = new_socket(await in_database(session_of, manager), origin="https://evil.example")
    is_accepted, _ = await socket.connect()
    assert not is_accepted


async def test_connect_to_an_unknown_address_is_refused(manager):
    socket = new_socket(await in_database(session_of, manager), path="/ws/nothing/")
    is_accepted, _ = await socket.connect()
    assert not is_accepted


async def test_connect_too_many_tabs_are_refused(manager, monkeypatch):
    monkeypatch.setattr("kanban.consumers.SOCKETS_PER_USER", 1)
    async with live_socket_of(manager), socket_of(manager) as second:
        assert await second.closed() == 4403


async def test_hello_tells_the_head(manager):
    lead = await in_database(make_lead)
    await in_database(wait_until_settled)
    head = (await in_database(Lead.objects.get, pk=lead.pk)).changed_in
    async with socket_of(manager) as socket:
        hello = await socket.frame()
    assert hello["type"] == "sync:hello"
    assert hello["head"] == head


async def test_move_reaches_owner_and_managers_as_one_envelope(manager, ana, bia):
    lead = await in_database(make_lead, consultant=ana, name="Zé")
    async with (
        live_socket_of(manager) as boss,
        live_socket_of(ana.user) as owner,
        live_socket_of(bia.user) as other,
    ):
        await in_database(move_lead, user=ana.user, lead_id=lead.pk, status="won", origin="tab-1")
        frame = await owner.frame()
        assert await boss.frame() == frame
        assert await other.is_quiet()
    assert (frame["v"], frame["type"], frame["origin"]) == (1, "kanban:lead_updated", "tab-1")
    assert frame["actor"] == {"kind": "user", "id": ana.pk, "name": "ana"}
    assert frame["data"]["action"] == "status_changed"
    assert "status" in frame["data"]["changed"]
    assert (frame["lead"]["id"], frame["lead"]["status"], frame["lead"]["name"]) == (
        str(lead.pk),
        "won",
        "Zé",
    )
    assert frame["lead"]["version"] == lead.version + 1
    assert frame["seq"] == (await in_database(Lead.objects.get, pk=lead.pk)).changed_in


async def test_new_lead_appears_for_its_consultant_and_managers(manager, ana, bia):
    await in_database(make_statuses)
    await in_database(make_circle, ana)
    async with (
        live_socket_of(manager) as boss,
        live_socket_of(ana.user) as owner,
        live_socket_of(bia.user) as other,
    ):
        payload = LeadPayload(name="Nova", phone="+5511987654321")
        await in_database(receive_lead, payload=payload, source=None, actor=SYSTEM)
        for socket in (boss, owner):
            created = await socket.frame("kanban:lead_created")
            assert created["lead"]["name"] == "Nova"
            assert created["lead"]["consultant"]["id"] == ana.pk
        assert await other.is_quiet()


async def test_reassigned_lead_leaves_one_board_and_appears_on_the_other(manager, ana, bia):
    lead = await in_database(make_lead, consultant=ana, name="Secret")
    async with (
        live_socket_of(manager) as boss,
        live_socket_of(ana.user) as old,
        live_socket_of(bia.user) as new,
    ):
        await in_database(assign_by_hand, user=manager, lead_id=lead.pk, consultant_id=bia.pk)
        gone, card = await old.frame(), await new.frame()
        assert gone["data"]["removed"] is True
        assert set(gone["lead"]) == {"id", "version"}
        assert (card["lead"]["name"], card["lead"]["consultant"]["id"]) == ("Secret", bia.pk)
        assert "removed" not in (await boss.frame())["data"]
        assert await boss.is_quiet()


async def test_archived_lead_is_removed_for_everybody(manager, ana):
    lead = await in_database(make_lead, consultant=ana)
    async with live_socket_of(manager) as boss, live_socket_of(ana.user) as owner:
        await in_database(archive_lead, user=manager, lead_id=lead.pk)
        for socket in (boss, owner):
            assert (await socket.frame())["data"]["removed"] is True


async def test_logout_closes_the_sockets_of_that_browser_alone(manager):
    key = await in_database(session_of, manager)
    async with live_socket_of(manager, key) as leaving, live_socket_of(manager) as staying:
        browser = Client()
        browser.cookies["sessionid"] = key
        await in_database(browser.logout)
        assert await leaving.closed() == 4401
        assert await staying.is_quiet()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda user: user.set_password("new") or user.save(), 4401),
        (lambda user: setattr(user, "is_active", False) or user.save(), 4401),
        (lambda user: user.delete(), 4401),
        (lambda user: user.consultant.delete(), 4403),
        (lambda user: setattr(user, "is_superuser", True) or user.save(), 4012),
    ],
    ids=["password", "deactivated", "deleted", "no consultant", "promoted"],
)
async def test_recheck_puts_out_who_lost_the_right(monkeypatch, change, code):
    monkeypatch.setattr(hub_module, "RECHECK_SECONDS", 0.1)
    user = (await in_database(make_consultant)).user
    async with live_socket_of(user) as socket:
        assert await socket.is_quiet()
        await in_database(change, user)
        assert await socket.closed() == code


async def test_head_is_told_again_and_again(manager, monkeypatch):
    monkeypatch.setattr("kanban.frames.HEARTBEAT_SECONDS", 0.05)
    lead = await in_database(make_lead)
    await in_database(wait_until_settled)
    async with live_socket_of(manager) as socket:
        head = await socket.frame("sync:head")
    assert head["seq"] == (await in_database(Lead.objects.get, pk=lead.pk)).changed_in


async def test_slow_reader_is_told_to_come_again():
    member = members.Member(1, "Ana", is_manager=False, session_key="k")
    for number in range(members.BACKLOG + 5):
        member.tell(str(number))
    assert member.waiting.qsize() == 1
    assert member.waiting.get_nowait() == 4012


async def test_lost_redis_connection_ends_in_a_reset(manager, redis_client):
    async with live_socket_of(manager) as socket:
        for client in redis_client.client_list(_type="pubsub"):
            if client["name"] == hub_module.client_name():
                redis_client.client_kill_filter(_id=client["id"])
        assert (await socket.frame())["type"] == "sync:reset"
        lead = await in_database(make_lead)
        await in_database(move_lead, user=manager, lead_id=lead.pk, status="won")
        assert (await socket.frame())["lead"]["status"] == "won"


async def test_one_subscription_serves_all_sockets_of_a_process(manager, redis_client):
    async with live_socket_of(manager), live_socket_of(manager), live_socket_of(manager):
        ours = channel()
        assert dict(redis_client.pubsub_numsub(ours)) == {ours.encode(): 1}
        assert len(Hub.here().members) == 3
    assert Hub.here().members == set()
    await soon(lambda: dict(redis_client.pubsub_numsub(ours)) == {ours.encode(): 0})


async def test_presence_is_told_to_those_who_see_the_lead(manager, ana, bia):
    lead = await in_database(make_lead, consultant=ana)
    async with (
        live_socket_of(manager) as boss,
        live_socket_of(ana.user) as owner,
        live_socket_of(bia.user) as other,
    ):
        await boss.send_to(json.dumps({"type": "presence:lead", "lead": str(lead.pk), "state": "typing"}))
        seen = await owner.frame("presence:lead")
        assert seen["lead"] == str(lead.pk)
        assert seen["viewers"] == [{"id": manager.pk, "name": str(manager), "state": "typing"}]
        await boss.disconnect()
        assert (await owner.frame("presence:lead"))["viewers"] == []
        assert await other.is_quiet()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "null",
        '{"type": "presence:lead"}',
        '{"type": "presence:lead", "lead": [1]}',
        "[" * 4000,
        "x" * 5000,
    ],
)
async def test_frames_that_make_no_sense_are_passed_over(manager, text):
    async with live_socket_of(manager) as socket:
        await socket.send_to(text or "{}")
        await socket.send_input({"type": "websocket.receive", "bytes": b"\x00\xff"})
        assert await socket.is_quiet()


async def test_presence_of_a_foreign_lead_is_told_to_nobody(ana, bia):
    lead = await in_database(make_lead, consultant=bia)
    async with live_socket_of(ana.user) as socket, live_socket_of(bia.user) as owner:
        await socket.send_to(json.dumps({"type": "presence:lead", "lead": str(lead.pk), "state": "viewing"}))
        await asyncio.sleep(0.1)
        assert await owner.is_quiet()
