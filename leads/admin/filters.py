"""Filters that Django's admin does not have, or would refuse."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from leads.models import Lead

NEWEST = 2_000
MOST_VALUES = 30


class AttributionFilter(admin.SimpleListFilter):
    """By one name of the attribution; offers the values of the newest leads."""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        # Of the newest alone: a DISTINCT over JSON reads every lead
        newest = Lead.objects.order_by("-created_at").values_list("attribution", flat=True)[:NEWEST]
        values = {str(known[self.parameter_name])[:100] for known in newest if known.get(self.parameter_name)}
        return [(value, value) for value in sorted(values)[:MOST_VALUES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(attribution__contains={self.parameter_name: self.value()})


class UtmSourceFilter(AttributionFilter):
    title = _("traffic source")
    parameter_name = "utm_source"


class UtmCampaignFilter(AttributionFilter):
    title = _("campaign")
    parameter_name = "utm_campaign"


class AdCampaignFilter(AttributionFilter):
    title = _("ad campaign")
    parameter_name = "campaign_name"


class FilteredByConsultant:
    """A consultant's key is the user's, and Django takes its own filter links for forged ones then."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]  # of ModelAdmin
        return allowed or lookup.startswith("consultant__user__")
