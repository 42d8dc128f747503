"""Which rules serve a lead: their conditions, and the order in which their circles are asked."""

from collections.abc import Iterable

from django.db.models import Q

from leads.inference.words import plain
from leads.models import AssignmentRule, Lead, RuleMember


def rules_for(lead: Lead) -> Iterable[AssignmentRule]:
    """The active rules that serve this lead, in the managers' order."""
    fits = Q(sources=None) | Q(sources=lead.source_id) if lead.source_id else Q(sources=None)
    rules = AssignmentRule.objects.filter(fits, is_active=True).order_by("position", "id")
    return [rule for rule in rules if serves(rule, lead)]


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
    product = plain(lead.product)
    return (
        (not rule.languages or _main_part(lead.language) in map(_main_part, rule.languages))
        and _is_one_of(lead.city, rule.cities)
        and _is_one_of(lead.temperature, rule.temperatures)
        and _is_one_of(lead.creator, rule.creators)
        and (not rule.products or any(plain(word) in product for word in rule.products))
        and (rule.min_value is None or (lead.value is not None and lead.value >= rule.min_value))
        and (rule.max_value is None or (lead.value is not None and lead.value <= rule.max_value))
    )


def _main_part(language: str) -> str:
    """pt-BR and pt-PT are both pt."""
    return language.lower().replace("_", "-").split("-")[0]


def _is_one_of(text: str, allowed: list[str]) -> bool:
    return not allowed or _folded(text) in map(_folded, allowed)


def _folded(text: str) -> str:
    """Plain words; what has none in Latin letters is compared as it is written."""
    return plain(text) or text.strip().casefold()
