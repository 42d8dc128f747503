"""Who gets a lead: the next eligible seat of a circle, found and passed in one statement.

Concurrent decisions of one rule queue on that rule's row and on nothing else. The row is locked
inside the statement, so every decision starts where the one before it ended; the seat is found by
index from the pointer onwards, so the size of the circle does not matter.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from leads.models import AssignmentRule, Lead

# Why a seat is passed over; NULL means that it may be given the lead.
OBSTACLE = """
CASE
  WHEN NOT person.is_active THEN 'inactive'
  WHEN NOT consultant.is_accepting_leads THEN 'not_accepting'
  WHEN consultant.max_open_leads IS NOT NULL AND consultant.max_open_leads <= (
    SELECT count(*) FROM leads_lead AS own JOIN leads_status AS status ON status.slug = own.status_id
    WHERE own.consultant_id = consultant.user_id AND own.archived_at IS NULL AND status.kind = 'open'
  ) THEN 'full'
END"""

SEATS = f"""
SELECT seat.position, seat.consultant_id, {OBSTACLE} AS obstacle,
       consultant.typical_response_seconds, COALESCE(NULLIF(person.first_name, ''), person.username) AS name
FROM leads_rulemember AS seat
JOIN leads_consultant AS consultant ON consultant.user_id = seat.consultant_id
JOIN leads_user AS person ON person.id = seat.consultant_id
WHERE seat.rule_id = circle.id"""  # noqa: S608

# Composed of the constants above alone; values are parameters.
NEXT_SEAT = f"""
WITH circle AS MATERIALIZED (
  SELECT id, pointer FROM leads_assignmentrule WHERE id = %s FOR UPDATE
), ahead AS MATERIALIZED (
  SELECT seats.* FROM circle, LATERAL ({SEATS} AND seat.position > circle.pointer) AS seats
  WHERE obstacle IS NULL ORDER BY position LIMIT 1
), around AS MATERIALIZED (
  SELECT seats.* FROM circle, LATERAL ({SEATS} AND seat.position <= circle.pointer) AS seats
  WHERE obstacle IS NULL AND NOT EXISTS (SELECT FROM ahead) ORDER BY position LIMIT 1
), chosen AS MATERIALIZED (
  SELECT * FROM ahead UNION ALL SELECT * FROM around
), moved AS (
  UPDATE leads_assignmentrule AS rule SET pointer = chosen.position, decisions = rule.decisions + 1
  FROM chosen, circle WHERE rule.id = circle.id RETURNING rule.id
), counted AS (
  UPDATE leads_rulemember AS seat SET leads_given = seat.leads_given + 1
  FROM chosen, circle WHERE seat.rule_id = circle.id AND seat.position = chosen.position RETURNING seat.id
)
SELECT chosen.consultant_id, chosen.name, chosen.typical_response_seconds, circle.pointer, chosen.position,
  (SELECT COALESCE(json_agg(json_build_object('consultant', name, 'why', obstacle) ORDER BY position), '[]')
   FROM ({SEATS}) AS seats
   WHERE obstacle IS NOT NULL AND CASE
     WHEN chosen.position IS NULL THEN true
     WHEN chosen.position > circle.pointer THEN position > circle.pointer AND position < chosen.position
     ELSE position > circle.pointer OR position < chosen.position
   END) AS passed_over
FROM circle LEFT JOIN chosen ON true"""  # noqa: S608


@dataclass(frozen=True)
class Pick:
    """The outcome of one turn of the circle. `consultant_id` is None when nobody may be given the lead."""

    rule: AssignmentRule | None
    consultant_id: int | None = None
    consultant_name: str = ""
    estimated_response_seconds: int | None = None
    pointer_before: int | None = None
    pointer_after: int | None = None
    passed_over: tuple[dict[str, Any], ...] = ()


def rule_for(lead: Lead) -> AssignmentRule | None:
    """The first active rule, in the managers' order, that serves the lead's source."""
    fits = Q(sources=None) | Q(sources=lead.source_id) if lead.source_id else Q(sources=None)
    return AssignmentRule.objects.filter(fits, is_active=True).order_by("position", "id").first()


def pick_consultant(rule: AssignmentRule | None) -> Pick:
    """Turn the circle of `rule` by one lead. Takes the rule's row lock until the transaction ends."""
    if rule is None:
        return Pick(rule=None)
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SEAT, [rule.pk])
        consultant_id, name, typical, before, after, passed_over = cursor.fetchone()
    return Pick(rule, consultant_id, name or "", typical, before, after, tuple(passed_over))
