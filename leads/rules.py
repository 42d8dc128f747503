"""Which rules serve a lead: their conditions, and the order in which their circles are asked."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from leads import clock, one_trip
from leads.inference.words import plain
from leads.models import Absence, AssignmentRule, Consultant, Lead, RuleMember

COUNTED = ("pointer", "decisions")


@dataclass(frozen=True)
class Reading:
    """The active rules as they were read, each with the ids of its sources. `mark` tells whether they stand."""

    rules: Sequence[tuple[AssignmentRule, Collection[int]]]
    mark: str

    def serving(self, lead: Lead) -> list[AssignmentRule]:
        return [
            rule
            for rule, sources in self.rules
            if (not sources or lead.source_id in sources) and serves(rule, lead)
        ]


_known = Reading([], "")


def rules_for(lead: Lead) -> list[AssignmentRule]:
    """The active rules that serve this lead, in the managers' order. What they count is not read."""
    # Copies, for the rules that are known belong to all threads of the process
    return [copy(rule) for rule in _read().serving(lead)]


def readings_for(lead: Lead) -> Iterator[tuple[list[AssignmentRule], str]]:
    """The rules that serve this lead and the mark, as this process knows them, then as they stand, again and again.

    Whoever asks a circle hears whether the mark still holds, and stops at the first reading of which it does:
    rules are seldom others than a moment ago, and to read them takes as long as to decide. They belong to all
    threads of the process.
    """
    # Where none serves, no circle is asked, and nobody would hear that one serves by now
    if known := _known.serving(lead):
        yield known, _known.mark
    while True:
        reading = _read()
        yield reading.serving(lead), reading.mark


def _read() -> Reading:
    """A mark that is known stands for rules that need not be made of rows again."""
    global _known
    known, rows = _known, one_trip.read_rows(_rules_statement(), [])
    if not rows or rows[0][0] != known.mark:
        names = [field.attname for field in _described()]
        rules = [
            (AssignmentRule.from_db(connection.alias, names, row[2:]), frozenset(row[1])) for row in rows
        ]
        # Both by one assignment: another thread sees the old pair or the new one, never half of each
        known = _known = Reading(rules, rows[0][0] if rows else "")
    return known


def _described() -> list[Any]:
    """What managers wrote, which stays; what each decision counts does not."""
    return [field for field in AssignmentRule._meta.concrete_fields if field.name not in COUNTED]


@cache
def _rules_statement() -> str:
    """All rules that decide: the mark of all, the rule's sources, the rule."""
    return (
        f"SELECT {mark_statement()}, {_SOURCES}, {_columns()} FROM leads_assignmentrule AS rule"  # noqa: S608
        " WHERE rule.is_active ORDER BY rule.position, rule.id"
    )


# Each decision asks for it, and the more a statement names, the longer PostgreSQL needs to begin
@cache
def mark_statement() -> str:
    """What is equal only as long as no rule that decides is changed, added or taken away."""
    # Not `xmin`, for each decision writes the row of its rule
    return (
        f"(SELECT md5(string_agg(ROW({_SOURCES}, {_columns()})::text, '' ORDER BY rule.position, rule.id))"  # noqa: S608
        " FROM leads_assignmentrule AS rule WHERE rule.is_active)"
    )


_SOURCES = (
    "ARRAY(SELECT served.source_id FROM leads_assignmentrule_sources AS served"
    " WHERE served.assignmentrule_id = rule.id ORDER BY served.source_id)"
)


def _columns() -> str:
    return ", ".join(f'rule."{field.column}"' for field in _described())


def active_rules() -> list[AssignmentRule]:
    """Every rule that decides, in the managers' order, with its sources at hand for `circles_for`."""
    return list(
        AssignmentRule.objects.filter(is_active=True).order_by("position", "id").prefetch_related("sources")
    )


def pool_members() -> list[int]:
    """Ids of all consultants who may take leads from some pool."""
    pools = AssignmentRule.objects.filter(is_active=True, strategy=AssignmentRule.Strategy.POOL)
    seats = RuleMember.objects.filter(rule__in=pools).order_by("consultant")
    return list(seats.values_list("consultant", flat=True).distinct())


def takers_of(rule_id: int) -> list[int]:
    """Ids of the consultants of a pool who may take a lead now and are not away."""
    now = clock.now()
    open_leads = Lead.objects.open().filter(consultant=OuterRef("pk")).order_by().values("consultant")
    takers = Consultant.objects.filter(
        seats__rule=rule_id, user__is_active=True, is_accepting_leads=True
    ).exclude(Exists(Absence.objects.filter(consultant=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)))
    # Who has no open lead is in no group: NULL, which no capacity is greater than
    has = Coalesce(Subquery(open_leads.annotate(count=Count("pk")).values("count")), 0)
    has_room = Q(max_open_leads=None) | Q(max_open_leads__gt=F("has"))
    return list(takers.annotate(has=has).filter(has_room).order_by("pk").values_list("pk", flat=True))


def circles_for(lead: Lead, rules: Iterable[AssignmentRule]) -> set[int]:
    """Ids of those `active_rules` whose circles are turned for this lead before it is left to wait."""
    asked = set()
    for rule in rules:
        if _serves_source(rule, lead.source_id) and serves(rule, lead):
            asked.add(rule.pk)
            if rule.fallback == AssignmentRule.Fallback.QUEUE:
                break
    return asked


def _serves_source(rule: AssignmentRule, source_id: int | None) -> bool:
    sources = rule.sources.all()
    return not sources or source_id in {source.pk for source in sources}


def serves(rule: AssignmentRule, lead: Lead) -> bool:
    """Whether every condition that the rule has holds for the lead. Words compare without case and accents."""
    return (
        (not rule.languages or _main_part(lead.language) in map(_main_part, rule.languages))
        and _is_one_of(lead.city, rule.cities)
        and _is_one_of(lead.temperature, rule.temperatures)
        and _is_one_of(lead.creator, rule.creators)
        and (not rule.products or any(_contains(lead.product, word) for word in rule.products))
        and (rule.min_value is None or (lead.value is not None and lead.value >= rule.min_value))
        and (rule.max_value is None or (lead.value is not None and lead.value <= rule.max_value))
    )


def _main_part(language: str) -> str:
    """pt-BR and pt-PT are both pt."""
    # BCP 47 parts by hyphens; what POSIX locales and some forms send has underscores
    return language.lower().replace("_", "-").split("-")[0]


def _is_one_of(text: str, allowed: list[str]) -> bool:
    return not allowed or _folded(text) in map(_folded, allowed)


def _contains(text: str, word: str) -> bool:
    """Letters that are not Latin fall away in plain words, and the empty word is in every text."""
    return plain(word) in plain(text) if plain(word) else word.strip().casefold() in text.casefold()


def _folded(text: str) -> str:
    """Plain words; what has none in Latin letters is compared as it is written."""
    return plain(text) or text.strip().casefold()
