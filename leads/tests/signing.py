"""Signatures as senders make them."""

import time

from standardwebhooks import Webhook


def standard_headers(secret: str, message_id: str, body: str, age: int = 0) -> dict[str, str]:
    """Headers of a message signed `age` seconds ago, made by the reference library."""
    from datetime import UTC, datetime

    stamp = int(time.time()) - age
    signature = Webhook(secret).sign(message_id, datetime.fromtimestamp(stamp, UTC), body)
    return {"webhook-id": message_id, "webhook-timestamp": str(stamp), "webhook-signature": signature}
