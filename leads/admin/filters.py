"""Filters that Django's admin would refuse."""

from django.http import HttpRequest


class FilteredByConsultant:
    """A consultant's key is the user's, and Django takes its own filter links for forged ones then."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]  # of ModelAdmin
        return allowed or lookup.startswith("consultant__user__")
