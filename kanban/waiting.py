"""Who waits for an answer from this reader: the number in the header."""

from leads.models import Lead, User

MOST_COUNTED = 100


def count_waiting(user: User) -> int:
    """Open leads in sight that wait, counted up to MOST_COUNTED."""
    if not user.is_authenticated:
        return 0
    waiting = Lead.objects.visible_to(user).open().filter(waiting_since__isnull=False)
    return waiting[:MOST_COUNTED].count()
