"""Where a card stands in its column: big integers with room between them.

Clients name neighbours, never numbers, so that two people who drag at the same time cannot undo each
other's order. New cards take a position from the clock and land on top without a look at the column.
"""

from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from leads.models import Lead
from leads.models.lead import top_of_column

# Forty cards fit between the same two, each halving the room; a bigint holds eight million such steps
STEP = 2**40

# In one order for everybody: an UPDATE locks rows as it meets them, and two at once could deadlock
LOCK_COLUMN = "SELECT FROM leads_lead WHERE status_id = %s AND archived_at IS NULL ORDER BY id FOR UPDATE"
RENUMBER = """
UPDATE leads_lead AS lead
SET position = ordered.place * %s - %s, version = version + 1, changed_in = pg_current_xact_id()::text::bigint
FROM (
  SELECT id, row_number() OVER (ORDER BY position, id) AS place FROM leads_lead
  WHERE status_id = %s AND archived_at IS NULL
) AS ordered WHERE lead.id = ordered.id"""


def place(lead: Lead, status_slug: str, after: UUID | None, before: UUID | None) -> int:
    """The position below the card `after`, or above `before`, or on top of the column.

    A neighbour that has left the column meanwhile is ignored. The caller holds the lead's row.
    """
    column = Lead.objects.on_board().filter(status_id=status_slug).exclude(pk=lead.pk)
    positions = dict(column.filter(pk__in=[pk for pk in (after, before) if pk]).values_list("pk", "position"))
    if after in positions:
        return _below(column, positions[after], status_slug, after)
    if before in positions:
        return _above(column, positions[before], status_slug, before)
    first = column.order_by("position").values_list("position", flat=True).first()
    # Clocks of two servers differ; on top is above the first card, whatever the clock says
    return top_of_column() if first is None else min(top_of_column(), first - STEP)


def _below(column: QuerySet[Lead], upper: int, status_slug: str, neighbour: UUID) -> int:
    lower = column.filter(position__gt=upper).order_by("position").values_list("position", flat=True).first()
    if lower is None:
        return upper + STEP
    if lower - upper > 1:
        return (upper + lower) // 2
    _renumber(status_slug)
    return column.values_list("position", flat=True).get(pk=neighbour) + STEP // 2


def _above(column: QuerySet[Lead], lower: int, status_slug: str, neighbour: UUID) -> int:
    upper = column.filter(position__lt=lower).order_by("-position").values_list("position", flat=True).first()
    if upper is None:
        return lower - STEP
    if lower - upper > 1:
        return (upper + lower) // 2
    _renumber(status_slug)
    return column.values_list("position", flat=True).get(pk=neighbour) - STEP // 2


def _renumber(status_slug: str) -> None:
    """Spread the column out again. The order stays; boards learn the new numbers with their next changes."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_COLUMN, [status_slug])
        cursor.execute(RENUMBER, [STEP, -top_of_column(), status_slug])
