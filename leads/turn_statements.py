"""The statements that turn a circle. `leads.assignment` says when they run, and what their rows mean.

The next turn is found by index from the pointer onwards, so the size of a circle does not matter; whoever has
the fewest open leads is found by counting everybody's.
"""

from collections.abc import Sequence
from functools import cache

from leads.models import AssignmentRule
from leads.rules import mark_statement

# Why a turn is passed over; NULL means that it may be given the lead. Hours are the consultant's own.
# The order is the price: CASE stops at the first that holds (PostgreSQL 4.2.14), and only the last one counts
# leads. `isodow` is 1 for Monday, like `WorkingHours.Weekday`. Who works until 18:00 gets no lead at 18:00.
# The first is never so: it names the turn, so that PostgreSQL asks none of this about people outside of the
# circle, one of whom may have a time zone that it does not know.
OBSTACLE = """
CASE
  WHEN turn.rule_id <> circle.id THEN 'elsewhere'
  WHEN consultant.user_id = ANY(circle.without) THEN 'no_reply'
  WHEN NOT person.is_active THEN 'inactive'
  WHEN NOT consultant.is_accepting_leads THEN 'not_accepting'
  WHEN EXISTS (
    SELECT FROM leads_absence AS absence WHERE absence.consultant_id = consultant.user_id
    AND absence.starts_at <= circle.at AND absence.ends_at > circle.at
  ) THEN 'absent'
  ELSE COALESCE(CASE WHEN EXISTS (
    SELECT FROM leads_workinghours AS hours WHERE hours.consultant_id = consultant.user_id
  ) THEN CASE
    WHEN EXISTS (
      SELECT FROM leads_holiday AS holiday
      WHERE holiday.date = (circle.at AT TIME ZONE consultant.timezone)::date
    ) THEN 'holiday'
    WHEN NOT EXISTS (
      SELECT FROM leads_workinghours AS hours WHERE hours.consultant_id = consultant.user_id
      AND hours.weekday = extract(isodow FROM circle.at AT TIME ZONE consultant.timezone)
      AND hours.starts <= (circle.at AT TIME ZONE consultant.timezone)::time
      AND hours.ends > (circle.at AT TIME ZONE consultant.timezone)::time
    ) THEN 'off_hours' END
  END, CASE WHEN {full} THEN 'full' END)
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

# Whoever decides waits at the advisory lock for those before them, in order, and then finds the row free. Were they to
# wait for the row, each would be woken at every commit, to follow it from version to version. The 4 is ours alone.
# The row's is the weaker lock, for every ledger row that names the rule shares its key: a stronger one waits for those.
LOCK_CIRCLE = """
WITH queue AS MATERIALIZED (SELECT %(rule)s::int AS id, pg_advisory_xact_lock(4, %(rule)s::int))
SELECT FROM queue JOIN leads_assignmentrule AS rule ON rule.id = queue.id FOR NO KEY UPDATE OF rule"""

# MATERIALIZED, for since version 12 PostgreSQL folds a part that is asked once into the query around it.
# Where the rules are others by now there is no circle, and nothing is done.
CIRCLE = """circle AS MATERIALIZED (
  SELECT id, pointer, %s::timestamptz AS at, %s::bigint[] AS without FROM leads_assignmentrule
  WHERE id = %s AND {mark} = %s
)"""
POOL = """
WITH {circle} SELECT EXISTS (
  SELECT FROM leads_rulemember AS seat JOIN leads_user AS person ON person.id = seat.consultant_id
  WHERE seat.rule_id = circle.id AND person.is_active
) FROM circle"""
FOUND = """SELECT {contested} AS is_contested, chosen.consultant_id, chosen.name, chosen.typical_response_seconds,
  circle.pointer, chosen.position"""

# Most often the very next turn is free, and nobody is passed over: then the same statement writes all that follows.
# The one that looks further has so many parts that PostgreSQL needs five times as long to begin with it.
VERY_NEXT = """
WITH {circle}, next AS MATERIALIZED (
  SELECT turns.* FROM circle, LATERAL ({turns} AND turn.position = COALESCE(
    (SELECT min(position) FROM leads_circleturn WHERE rule_id = circle.id AND position > circle.pointer),
    (SELECT min(position) FROM leads_circleturn WHERE rule_id = circle.id))) AS turns
), chosen AS MATERIALIZED (SELECT * FROM next WHERE obstacle IS NULL){effects}, given AS MATERIALIZED (
  SELECT chosen.*, circle.pointer FROM chosen, circle WHERE NOT ({contested})
), {writes}
SELECT given.consultant_id, given.name, given.typical_response_seconds, given.pointer, given.position, {keys}
FROM given"""

# From the pointer to the end, then from the beginning to the pointer. 2147483647 is the last `integer`,
# behind every position. Twenty seats at most are named: a ledger row must not grow with its circle.
NEXT_TURN = """
WITH {circle}, ahead AS MATERIALIZED (
  SELECT turns.* FROM circle, LATERAL (
    SELECT * FROM ({turns} AND turn.position > circle.pointer) AS found
    WHERE {free} ORDER BY position LIMIT 1) AS turns
), around AS MATERIALIZED (
  SELECT turns.* FROM circle, LATERAL (
    SELECT * FROM ({turns} AND turn.position <= circle.pointer) AS found
    WHERE {free} AND NOT EXISTS (SELECT FROM ahead) ORDER BY position LIMIT 1) AS turns
), chosen AS MATERIALIZED (
  SELECT * FROM (SELECT 1 AS part, * FROM ahead UNION ALL SELECT 2, * FROM around) AS found
  ORDER BY part LIMIT 1
), passed AS (
  SELECT 1 AS part, turns.* FROM circle, LATERAL ({turns} AND turn.position > circle.pointer
    AND turn.position < COALESCE((SELECT position FROM ahead), 2147483647)) AS turns
  UNION ALL
  SELECT 2, turns.* FROM circle, LATERAL ({turns} AND turn.position <= circle.pointer AND NOT EXISTS (
    SELECT FROM ahead) AND turn.position < COALESCE((SELECT position FROM around), 2147483647)) AS turns
){effects}
{found}, NULL::bigint AS open_leads,
  (SELECT COALESCE(json_agg(json_build_object('consultant', name, 'why', obstacle) ORDER BY part, position), '[]')
   FROM (SELECT DISTINCT ON (seat_id) * FROM passed WHERE obstacle IS NOT NULL ORDER BY seat_id, part, position
         LIMIT 20) AS seats)
FROM circle LEFT JOIN chosen ON true"""

# Everybody is looked at. Whoever has the fewest by far, being new or back from leave, gets no more than two in a
# row of as many leads as people are free: their colleagues go on getting some, and nobody is flooded.
FEWEST = """
WITH {circle}, seats AS MATERIALIZED (
  SELECT DISTINCT ON (turns.seat_id) turns.*, (turns.position <= circle.pointer)::int AS part
  FROM circle, LATERAL ({turns}) AS turns ORDER BY turns.seat_id, part, turns.position
), latest AS (
  SELECT decision.consultant_id FROM circle, leads_assignment AS decision
  WHERE decision.rule_id = circle.id AND decision.outcome = 'assigned'
  ORDER BY decision.id DESC LIMIT (SELECT count(*) FROM seats WHERE obstacle IS NULL)
), considered AS MATERIALIZED (
  SELECT seats.*, COALESCE(obstacle, CASE WHEN consultant_id IN (
    SELECT consultant_id FROM latest GROUP BY consultant_id HAVING count(*) > 1) THEN 'had_two' END) AS why
  FROM seats
), chosen AS MATERIALIZED (
  SELECT * FROM considered WHERE why IS NULL ORDER BY load, part, position LIMIT 1
){effects}
{found}, chosen.load,
  (SELECT COALESCE(json_agg(json_build_object(
     'consultant', name, 'why', COALESCE(why, 'busier'), 'open', load) ORDER BY load, part, position), '[]')
   FROM (SELECT * FROM considered WHERE seat_id IS DISTINCT FROM chosen.seat_id
         ORDER BY load, part, position LIMIT 20) AS others)
FROM circle LEFT JOIN chosen ON true"""

# Somebody wrote the consultant's row since it was read: nothing is moved or counted, and
# the caller asks again. All parts of a statement see the tables as before it (PostgreSQL:
# Data-Modifying Statements in WITH), so the parts ask each other's RETURNING.
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
def pool_statement() -> str:
    """Whether anybody may take leads from a pool. Asked as `statement_of`."""
    return POOL.format(circle=CIRCLE.format(mark=mark_statement()))


@cache
def statement_of(strategy: str, *, is_dry_run: bool) -> str:
    """To be asked with [at, ids of consultants left out, rule, the mark of the rules].

    The row: is_contested, consultant, name, typical response, pointer before, pointer after, open leads, passed over.
    No row: the rules are others by now.
    """
    is_least_busy = strategy == AssignmentRule.Strategy.LEAST_BUSY
    return (FEWEST if is_least_busy else NEXT_TURN).format(
        circle=CIRCLE.format(mark=mark_statement()),
        turns=TURNS.format(load=OPEN_LEADS if is_least_busy else "0"),
        free=FREE,
        effects="" if is_dry_run else EFFECTS,
        found=FOUND.format(contested="false" if is_dry_run else CONTESTED),
    )


def very_next_statement(writes: Sequence[str], keys: Sequence[str]) -> str:
    """Gives a lead to the very next turn and does `writes`, parts of the statement that look at its part `given`.

    Asked as `statement_of`, before the values of `writes`. The row: consultant, name, typical response, pointer
    before, pointer after, `keys`. No row, and nothing written: the turn is not free, somebody else decided about
    the same consultant at this moment, or the rules are others by now.
    """
    return VERY_NEXT.format(
        circle=CIRCLE.format(mark=mark_statement()),
        turns=TURNS.format(load="0"),
        effects=EFFECTS,
        contested=CONTESTED,
        writes=", ".join(writes),
        keys=", ".join(keys),
    )
