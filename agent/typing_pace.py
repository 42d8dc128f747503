"""How long a person would take to read and type. The wait overlaps the thinking, and nobody sleeps.

The outbox row carries the moment from which it may go; a worker is free meanwhile.
"""

import random
from collections.abc import Sequence

from django.conf import settings

from agent.turns import Claim
from leads import clock

# The first reply comes fast: who writes for the first time does not know whether anybody is there
SHORTEST, LONGEST, FIRST_REPLY_AT_MOST = 1.2, 8.0, 2.0
READ_PER_CHARACTER, TYPE_PER_CHARACTER = 0.010, 0.030


def delay_before(claim: Claim, texts: Sequence[str], *, is_first: bool) -> float:
    """Seconds from now until the first bubble may go; 0 when thinking took as long already."""
    read = sum(len(message.body) for message in claim.burst)
    typed = sum(map(len, texts))
    pace = 0.8 + READ_PER_CHARACTER * read + TYPE_PER_CHARACTER * typed
    pace = min(max(pace, SHORTEST), FIRST_REPLY_AT_MOST if is_first else LONGEST)
    jitter = random.Random(claim.turn.pk.int).uniform(0.85, 1.15)  # noqa: S311 - a pace, not a secret
    elapsed = (clock.now() - claim.claimed_at).total_seconds()
    return max(0.0, pace * jitter * settings.AGENT_TYPING_PACE - elapsed)
