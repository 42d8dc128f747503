"""An answer that comes long after the question says so, once: after an outage, a pause, a change of hands."""

from collections.abc import Sequence
from datetime import timedelta

from agent.turns import Claim
from leads import clock

LATE_AFTER = timedelta(minutes=15)
APOLOGY = {
    "pt": "Desculpe a demora em responder.",
    "es": "Disculpa la demora en responder.",
    "en": "Sorry for the late reply.",
}


def with_apology(messages: Sequence[str], claim: Claim, language: str) -> list[str]:
    """The messages as they are, or the first of them after an apology where the client waited for long."""
    # By the first message: who has asked again a moment ago has waited since then all the same
    written_at = min((message.created_at for message in claim.burst), default=None)
    if not messages or written_at is None or clock.now() - written_at < LATE_AFTER:
        return list(messages)
    apology = APOLOGY.get(language[:2].lower(), APOLOGY["en"])
    return [f"{apology} {messages[0]}", *messages[1:]]
