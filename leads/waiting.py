"""What a thread does before it waits for somebody else's server."""

from django.db import connection


def lend_connection() -> None:
    """Let other threads use this one's database connection; its next statement takes any that is free.

    Only where they share some (`DB_POOL_SIZE`): a connection of its own would have to be opened anew. Within a
    transaction nothing is lent.
    """
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()
