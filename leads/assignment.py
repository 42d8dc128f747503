"""Who gets a lead: the next eligible turn of a circle, found and taken in one statement.

Concurrent decisions of one rule queue on that rule's row and on nothing else. The row is locked by a
statement of its own, so that the one that decides sees all that the decision before it wrote: the
pointer, and how many leads each consultant has. The turn is found by index from the pointer onwards,
so the size of the circle does not matter.

A consultant may sit in several circles. Where they have a capacity, the statement also writes their
row, on the condition that nobody wrote it since it was read: of two rules that pick the same consultant
at one instant, the second looks again and then sees the first one's lead.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from django.db.models import F

from leads import clock
from leads.models import Assignment, AssignmentRule, Consultant, Lead
from leads.rules import rules_for

# Why a turn is passed over; NULL means that it may be given the lead. Hours are the consultant's own.
OBSTACLE = """
CASE
  WHEN consultant.user_id = ANY(circle.without) THEN 'no_reply'
  WHEN NOT person.is_active THEN 'inactive'
  WHEN NOT consultant.is_accepting_leads THEN 'not_accepting'
  WHEN EXISTS (
    SELECT FROM leads_absence AS absence WHERE absence.consultant_id = consultant.user_id
    AND absence.starts_at <= circle.at AND absence.ends_at > circle.at
  ) THEN 'absent'
  WHEN EXISTS (SELECT FROM leads_workinghours AS hours WHERE hours.consultant_id = consultant.user_id) THEN CASE
    WHEN EXISTS (
      SELECT FROM leads_holiday AS holiday
      WHERE holiday.date = (circle.at AT TIME ZONE consultant.timezone)::date
    ) THEN 'holiday'
    WHEN NOT EXISTS (
      SELECT FROM leads_workinghours AS hours WHERE hours.consultant_id = consultant.user_id
      AND hours.weekday = extract(isodow FROM circle.at AT TIME ZONE consultant.timezone)
      AND hours.starts <= (circle.at AT TIME ZONE consultant.timezone)::time
      AND hours.ends > (circle.at AT TIME ZONE consultant.timezone)::time
    ) THEN 'off_hours'
    WHEN {full} THEN 'full' END
  WHEN {full} THEN 'full'
END"""

OPEN_LEADS = """(
  SELECT count(*) FROM leads_lead AS own JOIN leads_status AS status ON status.slug = own.status_id
  WHERE own.consultant_id = consultant.user_id AND own.archived_at IS NULL AND status.kind = 'open'
)"""
FULL = f"consultant.max_open_leads IS NOT NULL AND consultant.max_open_leads <= {OPEN_LEADS}"

TURNS = f"""
SELECT turn.position, seat.id AS seat_id, seat.consultant_id, {OBSTACLE.format(full=FULL)} AS obstacle,
       consultant.typical_response_seconds, consultant.max_open_leads IS NOT NULL AS is_limited,
       consultant.xmin AS row_version, COALESCE(NULLIF(person.first_name, ''), person.username) AS name,
       {{load}} AS load
FROM leads_circleturn AS turn
JOIN leads_rulemember AS seat ON seat.id = turn.member_id
JOIN leads_consultant AS consultant ON consultant.user_id = seat.consultant_id
JOIN leads_user AS person ON person.id = seat.consultant_id
WHERE turn.rule_id = circle.id"""  # noqa: S608 - composed of constants alone; values are parameters

# PostgreSQL takes "IS NULL" for rare and would look at the whole circle at once; this says the same, and that
# most turns are free, so that it walks along the index and stops at the first.
FREE = "NULLIF(obstacle IS NULL, false) IS NOT NULL"

# The weaker lock, for every ledger row that names the rule shares its key: a stronger one waits for those.
LOCK_CIRCLE = "SELECT FROM leads_assignmentrule WHERE id = %s FOR NO KEY UPDATE"

NEXT_TURN = """
WITH circle AS MATERIALIZED (
  SELECT id, pointer, %s::timestamptz AS at, %s::bigint[] AS without FROM leads_assignmentrule WHERE id = %s
), ahead AS MATERIALIZED (
  SELECT turns.* FROM circle, LATERAL (
    SELECT * FROM ({turns} AND turn.position > circle.pointer) AS found
    WHERE {free} ORDER BY {first}position LIMIT 1) AS turns
), around AS MATERIALIZED (
  SELECT turns.* FROM circle, LATERAL (
    SELECT * FROM ({turns} AND turn.position <= circle.pointer) AS found
    WHERE {free} AND {either} ORDER BY {first}position LIMIT 1) AS turns
), chosen AS MATERIALIZED (
  SELECT * FROM (SELECT 1 AS part, * FROM ahead UNION ALL SELECT 2, * FROM around) AS found
  ORDER BY {first}part LIMIT 1
), passed AS (
  SELECT 1 AS part, turns.* FROM circle, LATERAL ({turns} AND turn.position > circle.pointer
    AND turn.position < COALESCE((SELECT position FROM ahead), 2147483647)) AS turns
  UNION ALL
  SELECT 2, turns.* FROM circle, LATERAL ({turns} AND turn.position <= circle.pointer AND NOT EXISTS (
    SELECT FROM ahead) AND turn.position < COALESCE((SELECT position FROM around), 2147483647)) AS turns
){effects}
SELECT {contested} AS is_contested, chosen.consultant_id, chosen.name, chosen.typical_response_seconds,
  circle.pointer, chosen.position,
  (SELECT COALESCE(json_agg(json_build_object('consultant', name, 'why', obstacle) ORDER BY part, position), '[]')
   FROM (SELECT DISTINCT ON (seat_id) * FROM passed WHERE obstacle IS NOT NULL ORDER BY seat_id, part, position
         LIMIT 20) AS seats)
FROM circle LEFT JOIN chosen ON true"""

CONTESTED = "COALESCE(chosen.is_limited, false) AND NOT EXISTS (SELECT FROM claimed)"
EFFECTS = f""", claimed AS (
  UPDATE leads_consultant AS consultant SET max_open_leads = consultant.max_open_leads
  FROM chosen WHERE chosen.is_limited AND consultant.user_id = chosen.consultant_id
    AND consultant.xmin = chosen.row_version RETURNING consultant.user_id
), moved AS (
  UPDATE leads_assignmentrule AS rule SET pointer = chosen.position, decisions = rule.decisions + 1
  FROM chosen, circle WHERE rule.id = circle.id AND NOT ({CONTESTED}) RETURNING rule.id
), counted AS (
  UPDATE leads_rulemember AS seat SET leads_given = seat.leads_given + 1
  FROM chosen WHERE seat.id = chosen.seat_id AND NOT ({CONTESTED}) RETURNING seat.id
)"""  # noqa: S608 - composed of constants alone


@cache
def _statement(strategy: str, *, is_dry_run: bool) -> str:
    is_least_busy = strategy == AssignmentRule.Strategy.LEAST_BUSY
    return NEXT_TURN.format(
        turns=TURNS.format(load=OPEN_LEADS if is_least_busy else "0"),
        free=FREE,
        first="load, " if is_least_busy else "",
        either="true" if is_least_busy else "NOT EXISTS (SELECT FROM ahead)",
        effects="" if is_dry_run else EFFECTS,
        contested="false" if is_dry_run else CONTESTED,
    )


@dataclass(frozen=True)
class Pick:
    """What is decided about a lead, and the facts behind it. `because`: what led to deciding at all.

    `consultant_id` is None where nobody is given the lead: nobody may be, or it waits for somebody to
    take it, or for a manager; `outcome` says which.
    """

    rule: AssignmentRule | None
    consultant_id: int | None = None
    consultant_name: str = ""
    estimated_response_seconds: int | None = None
    pointer_before: int | None = None
    pointer_after: int | None = None
    passed_over: tuple[dict[str, Any], ...] = ()
    outcome: str = Assignment.Outcome.NO_CONSULTANTS
    because: str = ""

    @property
    def is_settled(self) -> bool:
        return self.outcome != Assignment.Outcome.NO_CONSULTANTS


def pick_consultant(lead: Lead, *, without: Collection[int] = (), is_dry_run: bool = False) -> Pick:
    """Turn the circle of the first rule that fits by one lead, or of the next one where that is its fallback.

    `without`: ids of consultants who had the lead and did not reply. Takes the rule's row lock until the
    transaction ends. A dry run takes no lock and moves nothing.
    """
    pick = Pick(rule=None)
    for rule in rules_for(lead):
        pick = _pool(rule) if rule.is_pool else _turn(rule, without, is_dry_run)
        if pick.is_settled or rule.fallback == AssignmentRule.Fallback.QUEUE:
            break
    return pick


def pick_for(consultant: Consultant, **facts: Any) -> Pick:
    """The decision for one consultant, without turning a circle."""
    return Pick(
        consultant_id=consultant.pk,
        consultant_name=str(consultant),
        estimated_response_seconds=consultant.typical_response_seconds,
        **{"rule": None, "outcome": Assignment.Outcome.ASSIGNED} | facts,
    )


def hold_capacity(consultant_id: int) -> None:
    """Count a consultant's leads after this, and nobody else gives them one before the transaction ends.

    Writes the row instead of locking it alone: a circle that has read it already must notice.
    """
    Consultant.objects.filter(pk=consultant_id).update(max_open_leads=F("max_open_leads"))


def _pool(rule: AssignmentRule) -> Pick:
    """A pool takes every lead as long as somebody sits in its circle. Nothing is locked or moved."""
    has_takers = rule.members.filter(consultant__user__is_active=True).exists()
    return Pick(rule, outcome=Assignment.Outcome.POOLED) if has_takers else Pick(rule)


def _turn(rule: AssignmentRule, without: Collection[int], is_dry_run: bool) -> Pick:
    """Planning the statement takes five times as long as running it, so each connection prepares it once;
    Django's own cursor binds values on our side and cannot."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        if not is_dry_run:
            cursor.execute(LOCK_CIRCLE, [rule.pk], prepare=True)
        statement = _statement(rule.strategy, is_dry_run=is_dry_run)
        facts = [clock.now(), list(without), rule.pk]
        row = cursor.execute(statement, facts, prepare=True).fetchone()
        while row and row[0]:  # contested: another decision was made meanwhile
            row = cursor.execute(statement, facts, prepare=True).fetchone()
    return _pick_of(rule, row) if row else Pick(rule=None)  # the rule was deleted a moment ago


def _pick_of(rule: AssignmentRule, row: tuple[Any, ...]) -> Pick:
    _is_contested, consultant_id, name, typical, before, after, passed_over = row
    outcome = Assignment.Outcome.ASSIGNED if consultant_id else Assignment.Outcome.NO_CONSULTANTS
    return Pick(rule, consultant_id, name or "", typical, before, after, tuple(passed_over), outcome)
