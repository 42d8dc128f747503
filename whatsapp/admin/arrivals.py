"""Messages to the agent that are not in their conversation yet: normally none is older than a second."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.admin.read_only import ReadOnlyAdmin
from whatsapp import arrivals
from whatsapp.models import Arrival


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    list_display = ["sid", "line", "received_at", "attempts", "next_attempt_at", "error"]
    list_filter = ["line", ("next_attempt_at", admin.EmptyFieldListFilter)]
    list_select_related = ["line"]
    search_fields = ["sid", "client_key"]
    show_full_result_count = False
    actions = ["try_again"]

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, waiting: QuerySet[Arrival]) -> None:
        count = arrivals.try_again(waiting)
        text = ngettext("%(n)d message will be tried again.", "%(n)d messages will be tried again.", count)
        self.message_user(request, text % {"n": count})
