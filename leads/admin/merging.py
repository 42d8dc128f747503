"""Merging in the admin: two cards chosen in the list; undoing here, or on the lead's own timeline."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.errors import CrmError
from leads.models import Lead, LeadEvent
from leads.requests import user_of
from leads.services.merging import merge_leads, undo_merge


@admin.action(description=gettext_lazy("Merge the two chosen leads into the older one"))
def merge_chosen(
    admin_page: admin.ModelAdmin, request: HttpRequest, leads: QuerySet[Lead]
) -> HttpResponse | None:
    """Ask first; the answer comes with `sure`."""
    chosen = list(leads.order_by("created_at")[:3])
    if len(chosen) != 2:
        messages.error(request, _("Choose exactly two leads."))
    elif "sure" not in request.POST:
        return _ask(admin_page, request, *chosen)
    else:
        _merge(request, *chosen)
    return None


def _ask(admin_page: admin.ModelAdmin, request: HttpRequest, keep: Lead, other: Lead) -> HttpResponse:
    context = {
        "title": _("Merge two leads"),
        "opts": admin_page.opts,
        "leads": [keep, other],
        "keep": keep,
        "other": other,
        "chosen_name": ACTION_CHECKBOX_NAME,
    }
    whole = admin_page.admin_site.each_context(request) | context
    return TemplateResponse(request, "admin/leads/lead/merge.html", whole)


def _merge(request: HttpRequest, keep: Lead, other: Lead) -> None:
    try:
        kept = merge_leads(user=user_of(request), keep_id=keep.pk, other_id=other.pk)
    except CrmError as error:
        messages.error(request, str(error.detail))
        return
    told = _("Merged %(other)s into %(kept)s.") % {"other": other, "kept": kept}
    link = format_html(
        '<a href="{}?tab=timeline">{}</a>', reverse("lead", args=[kept.pk]), _("Its timeline can undo it")
    )
    messages.success(request, format_html("{} {}", told, link))


@admin.action(description=gettext_lazy("Undo the chosen merges"))
def undo_chosen(admin_page: admin.ModelAdmin, request: HttpRequest, events: QuerySet[LeadEvent]) -> None:
    for event in events:
        try:
            apart = undo_merge(user=user_of(request), event_id=event.pk)
        except CrmError as error:
            messages.error(request, str(error.detail))
        else:
            messages.success(request, _("%s stands on its own again.") % apart)
