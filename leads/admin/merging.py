"""Merging in the admin: two cards chosen in the list; undoing on the timeline row of the merge."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.errors import CrmError
from leads.models import Lead, LeadEvent
from leads.requests import user_of
from leads.services.merging import merge_leads, undo_merge


@admin.action(description=gettext_lazy("Merge the two chosen leads into the older one"))
def merge_chosen(admin_page: admin.ModelAdmin, request: HttpRequest, leads: QuerySet[Lead]) -> None:
    chosen = list(leads.order_by("created_at")[:3])
    if len(chosen) != 2:
        messages.error(request, _("Choose exactly two leads."))
        return
    try:
        kept = merge_leads(user=user_of(request), keep_id=chosen[0].pk, other_id=chosen[1].pk)
    except CrmError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("Merged into %s. The timeline row of the merge can undo it.") % kept)


@admin.action(description=gettext_lazy("Undo the chosen merges"))
def undo_chosen(admin_page: admin.ModelAdmin, request: HttpRequest, events: QuerySet[LeadEvent]) -> None:
    for event in events:
        try:
            apart = undo_merge(user=user_of(request), event_id=event.pk)
        except CrmError as error:
            messages.error(request, str(error.detail))
        else:
            messages.success(request, _("%s stands on its own again.") % apart)
