"""Two browsers' sockets at the real server: a move made over HTTP reaches those who may see it."""

import json
import urllib.request
from contextlib import ExitStack
from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from leads.models import Consultant, Lead, User
from leads.tests.makers import make_lead
from tests.stack import Stack

pytestmark = pytest.mark.system


def open_socket(stack: Stack, user: User | None, origin: str = "") -> ClientConnection:
    headers = {}
    if user:
        browser = Client()
        browser.force_login(user)
        headers["Cookie"] = f"sessionid={browser.cookies['sessionid'].value}"
    return connect(
        f"{stack.ws_url}/ws/board/",
        additional_headers=headers,
        origin=origin or stack.base_url,
        open_timeout=10,
    )


def post(stack: Stack, path: str, body: dict[str, Any], user: User) -> dict[str, Any]:
    token, _ = Token.objects.get_or_create(user=user)
    headers = {"Authorization": f"Token {token.key}", "Content-Type": "application/json"}
    request = urllib.request.Request(stack.base_url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def next_frame(socket: ClientConnection, kind: str, seconds: float = 5) -> dict[str, Any]:
    while True:
        frame = json.loads(socket.recv(timeout=seconds))
        if frame["type"] == kind:
            return frame


def test_move_over_http_reaches_the_boards_that_may_see_it(stack: Stack):
    manager, ana, bia = (User.objects.get(username=name) for name in ("manager", "ana", "bia"))
    lead: Lead = make_lead(consultant=Consultant.objects.get(user=ana))
    with ExitStack() as sockets:
        boss, owner, other = (sockets.enter_context(open_socket(stack, user)) for user in (manager, ana, bia))
        for socket in (boss, owner, other):
            next_frame(socket, "sync:hello")
        moved = post(stack, f"/api/leads/{lead.pk}/move/", {"status": "won", "expected_status": "new"}, ana)
        for socket in (boss, owner):
            frame = next_frame(socket, "kanban:lead_updated")
            assert frame["lead"]["status"] == moved["status"] == "won"
            assert frame["lead"]["version"] == moved["version"]
            assert frame["data"]["action"] == "status_changed"
        with pytest.raises(TimeoutError):
            other.recv(timeout=1)


def test_socket_without_login_is_told_to_log_in(stack: Stack):
    with open_socket(stack, None) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
