"""Giving leads to consultants from the list in the admin, one or many at a time."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.decision_words import decision_in_words, facts_of, facts_of_pick
from leads.errors import CrmError
from leads.models import Consultant, Lead
from leads.requests import user_of
from leads.returns import preview
from leads.services import assigning

SHOWN = 20


class GivingForm(ActionForm):
    """The consultant of the action that gives leads to one."""

    consultant = forms.ModelChoiceField(
        Consultant.objects.filter(user__is_active=True)
        .select_related("user")
        .order_by("user__first_name", "user__username"),
        required=False,
        label=gettext_lazy("Consultant"),
    )


@admin.action(description=gettext_lazy("Who would get it, and why (nothing is changed)"))
def who_would_get_it(admin_page: admin.ModelAdmin, request: HttpRequest, leads: QuerySet[Lead]) -> None:
    messages.info(
        request, _("Nothing was changed. Each lead was looked at by itself, as if it were the next one.")
    )
    for lead in leads[:SHOWN]:
        sentence = decision_in_words(facts_of_pick(preview(lead)))
        told = _("%(lead)s, if it were decided now: %(sentence)s") % {"lead": lead, "sentence": sentence}
        messages.info(request, told)
    if leads[SHOWN:].exists():
        messages.info(request, _("Only the first %(count)d are shown.") % {"count": SHOWN})


@admin.action(description=gettext_lazy("Give to the next consultant in the circle"))
def give_to_the_next(admin_page: admin.ModelAdmin, request: HttpRequest, leads: QuerySet[Lead]) -> None:
    _give(request, leads, None)


@admin.action(description=gettext_lazy("Give to the consultant chosen beside this"))
def give_to_the_chosen(admin_page: admin.ModelAdmin, request: HttpRequest, leads: QuerySet[Lead]) -> None:
    chosen = request.POST.get("consultant", "")
    if not chosen.isdecimal():
        messages.error(request, _("Choose the consultant first, in the list beside the actions."))
        return
    _give(request, leads, int(chosen))


def _give(request: HttpRequest, leads: QuerySet[Lead], consultant_id: int | None) -> None:
    """Hottest first; each lead by itself, so that one that is refused holds up no other."""
    for lead in leads.order_by("-score", "created_at"):
        try:
            assignment = assigning.assign_by_hand(
                user=user_of(request), lead_id=lead.pk, consultant_id=consultant_id
            )
        except CrmError as error:
            messages.error(request, f"{lead}: {_words(error)}")
        else:
            level = messages.SUCCESS if assignment.consultant_id else messages.WARNING
            messages.add_message(request, level, f"{lead}: {decision_in_words(facts_of(assignment))}")


def _words(error: CrmError) -> Any:
    """What is wrong with the one field there is, else with all of it."""
    return next((texts[0] for texts in (error.fields or {}).values()), error.detail)
