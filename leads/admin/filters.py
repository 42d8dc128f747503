"""Filters that Django's admin does not have, or would refuse."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from leads.clicks import ANY, CLICK_IDS, NONE, attributed, clicked
from leads.models import Lead, Source
from leads.sources import KINDS

NEWEST = 2_000
MOST_VALUES = 30
LONGEST = 500  # as long as any part of an origin is kept


class AttributionFilter(admin.SimpleListFilter):
    """By one name of the attribution; offers the values of the newest leads, and says `shown_as` beside them."""

    parameter_name: str
    shown_as = ""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        offered: dict[str, str] = {}
        for known in _newest(request):
            if value := str(known.get(self.parameter_name) or "")[:LONGEST]:
                offered[value] = str(known.get(self.shown_as) or offered.get(value) or value)
        named = sorted((words, value) for value, words in offered.items())[:MOST_VALUES]
        return [(value, words) for words, value in named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return attributed(queryset, {self.parameter_name: value}) if value else queryset


def _newest(request: HttpRequest) -> list[dict[str, Any]]:
    """Of the newest alone: a DISTINCT over JSON reads every lead. Once for all the filters of a page."""
    known: list[dict[str, Any]] | None = vars(request).get("newest_attribution")
    if known is None:
        newest = Lead.objects.exclude(attribution={}).order_by("-created_at")
        known = vars(request)["newest_attribution"] = list(
            newest.values_list("attribution", flat=True)[:NEWEST]
        )
    return known


class UtmSourceFilter(AttributionFilter):
    title = _("traffic source")
    parameter_name = "utm_source"


class UtmCampaignFilter(AttributionFilter):
    title = _("campaign")
    parameter_name = "utm_campaign"


class AdCampaignFilter(AttributionFilter):
    title = _("ad campaign")
    parameter_name = "campaign_name"


class AdCampaignIdFilter(AttributionFilter):
    """Google's lead forms give a number and no name."""

    title = _("ad campaign's id")
    parameter_name = "campaign_id"
    shown_as = "campaign_name"


class AdFilter(AttributionFilter):
    title = _("ad")
    parameter_name = "ad_id"
    shown_as = "ad_name"


class FormFilter(AttributionFilter):
    title = _("form")
    parameter_name = "form_id"
    shown_as = "form_name"


class ClickFilter(admin.SimpleListFilter):
    title = _("click id")
    parameter_name = "click"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        places = [(place, ", ".join(ids)) for place, ids in CLICK_IDS.items()]
        return [(ANY, str(_("Any"))), *places, (NONE, str(_("None")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return clicked(queryset, self.value() or "") if self.value() else queryset


ORIGIN_FILTERS = (
    *(ClickFilter, UtmSourceFilter, UtmCampaignFilter),
    *(AdCampaignFilter, AdCampaignIdFilter, AdFilter, FormFilter),
)


class FilteredByConsultant:
    """A consultant's key is the user's, and Django takes its own filter links for forged ones then."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]  # of ModelAdmin
        return allowed or lookup.startswith("consultant__user__")


class CodeFilter(admin.AllValuesFieldListFilter):
    """The values of a column without choices, each by what it stands for."""

    say: Callable[[str], str]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": type(self).say(str(choice["display"]))}


def by_code(name: str, say: Callable[[str], str]) -> tuple[str, type[CodeFilter]]:
    """For `list_filter`."""
    return name, type("FilterByCode", (CodeFilter,), {"say": staticmethod(say)})


class SourceKindFilter(admin.SimpleListFilter):
    """The kinds that there are sources of, by the names that their forms show."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        used = Source.objects.order_by().values_list("kind", flat=True).distinct()
        return sorted(
            ((slug, str(KINDS[slug].label)) for slug in used if slug in KINDS), key=lambda one: one[1]
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset
