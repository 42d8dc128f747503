"""Sockets that end while the database is away leave the hub all the same."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from kanban.hub import Hub
from kanban.tests.sockets import in_database, new_socket, session_of
from leads.tests.makers import make_lead, make_manager

pytestmark = pytest.mark.django_db(transaction=True)


@asynccontextmanager
async def database_away_for(words: str) -> AsyncIterator[None]:
    """Statements with `words` in them fail as if the connection were lost."""

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if words in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, *rest)

    await in_database(lambda: connection.execute_wrappers.append(fail))
    try:
        yield
    finally:
        await in_database(lambda: connection.execute_wrappers.remove(fail))
        await in_database(connections.close_all)


async def test_disconnect_with_a_lead_open_and_no_database_leaves_the_hub() -> None:
    manager, lead = await in_database(make_manager), await in_database(make_lead)
    socket = new_socket(await in_database(session_of, manager))
    await socket.connect(timeout=5)
    await socket.send_to(json.dumps({"type": "presence:lead", "lead": str(lead.pk), "state": "viewing"}))
    await socket.frame("presence:lead")

    async with database_away_for("leads_user"):
        with pytest.raises(OperationalError):
            await socket.disconnect()

    assert Hub.here().count_of(manager.pk) == 0


async def test_connect_without_database_after_joining_leaves_the_hub() -> None:
    manager = await in_database(make_manager)
    socket = new_socket(await in_database(session_of, manager))

    async with database_away_for("pg_current_snapshot"):
        await socket.connect(timeout=5)
        with pytest.raises(OperationalError):
            await asyncio.shield(socket.future)

    assert Hub.here().count_of(manager.pk) == 0
