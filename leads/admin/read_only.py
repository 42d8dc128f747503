"""Admin pages of rows that are history: to be read, never written by hand."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from leads.admin.filters import FilteredByConsultant


class ReadOnly:
    """No adding, no changing, no deleting."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(FilteredByConsultant, ReadOnly, admin.ModelAdmin):
    """A list with search and filters, and pages without a save button."""

    # Counting all the rows of a ledger takes longer than finding those of the page
    show_full_result_count = False
    # Fields that hold codes: by which column of the page each is told
    told_by: ClassVar[Mapping[str, str]] = {}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [self.told_by.get(str(name), name) for name in super().get_fields(request, obj)]


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """The rows under their parent."""

    extra = 0
    show_change_link = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields
