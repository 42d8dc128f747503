"""Users and consultants."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.durations import lasting
from leads.errors import NotAllowedError
from leads.models import Absence, Assignment, Consultant, Lead, NoticePreferences, User, WorkingHours
from leads.models.people import check_timezone
from leads.requests import user_of
from leads.services import leaving


class ConsultantInline(admin.StackedInline):
    model = Consultant
    can_delete = False
    extra = 0


class NoticePreferencesInline(admin.StackedInline):
    model = NoticePreferences
    can_delete = False
    extra = 0


class WorkingHoursInline(admin.TabularInline):
    model = WorkingHours
    verbose_name_plural = _("Working hours, in the time zone above (none: always; a night is two rows)")
    extra = 0


class AbsenceInline(admin.TabularInline):
    model = Absence
    verbose_name_plural = _("Absences, in the time zone above")
    extra = 0


class KeptWithHistory(admin.ModelAdmin):
    """Whoever has or had leads is deactivated, not deleted: their leads would be nobody's, and unseen."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Many at once, too."""
        # Django's action asks `has_delete_permission` of no row, only of the model
        tree, counts, needed, protected = super().get_deleted_objects(objs, request)
        return tree, counts, needed, [*protected, *(str(one) for one in objs if _has_history(one.pk))]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and _has_history(obj.pk))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **named: Any) -> Any:
        obj = named.get("obj")
        if obj and request.method == "GET" and _has_history(obj.pk):
            messages.info(
                request,
                _("Whoever has leads cannot be deleted. Give the leads away and deactivate the user."),
            )
        return super().render_change_form(request, context, *args, **named)


def _has_history(user_id: int) -> bool:
    """A consultant has the id of their user."""
    decided = Q(consultant=user_id) | Q(previous_consultant=user_id) | Q(user=user_id)
    return Lead.objects.filter(consultant=user_id).exists() or Assignment.objects.filter(decided).exists()


def _warn_of_open_leads(request: HttpRequest, user: User) -> None:
    """Leads of somebody whose account is switched off are answered by nobody."""
    count = Lead.objects.open().filter(consultant=user.pk).count()
    if not count:
        return
    text = ngettext(
        "%(name)s still has %(count)d open lead, which nobody answers now.",
        "%(name)s still has %(count)d open leads, which nobody answers now.",
        count,
    ) % {"name": user, "count": count}
    address = f"{reverse('admin:leads_consultant_changelist')}?{urlencode({'q': user.username})}"
    link = format_html('<a href="{}">{}</a>', address, _("Give them to colleagues"))
    messages.warning(request, format_html("{} {}", text, link))


@admin.register(User)
class CrmUserAdmin(KeptWithHistory, UserAdmin):
    inlines = [ConsultantInline, NoticePreferencesInline]
    list_display = ["username", "first_name", "last_name", "is_staff", "is_active", "last_login"]
    fieldsets = [*(UserAdmin.fieldsets or ()), (_("Preferences"), {"fields": ["language"]})]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            _warn_of_open_leads(request, obj)


def _zone_of(request: HttpRequest, known: Consultant | None) -> ZoneInfo:
    """The first that is one: as the form says, as it is known, the office's."""
    for name in (request.POST.get("timezone", ""), known.timezone if known else ""):
        with suppress(ValidationError):
            check_timezone(name)
            return ZoneInfo(name)
    return ZoneInfo(settings.TIME_ZONE)


@admin.register(Consultant)
class ConsultantAdmin(KeptWithHistory):
    list_display = [
        *("user", "is_accepting_leads", "is_active", "open_leads", "max_open_leads", "timezone"),
        "usual_response",
    ]
    list_filter = ["is_accepting_leads", "user__is_active"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "user__email"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    inlines = [WorkingHoursInline, AbsenceInline]
    actions = ["give_leads_away"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consultant]:
        # Asked apart for each row that is shown: a join would count everybody's leads first
        own = Lead.objects.open().filter(consultant=OuterRef("pk")).order_by().values("consultant")
        counted = Subquery(own.annotate(count=Count("pk")).values("count"))
        return super().get_queryset(request).annotate(open_leads=Coalesce(counted, 0))

    @admin.display(description=_("open leads"))
    def open_leads(self, consultant: Any) -> int:
        return consultant.open_leads

    @admin.display(description=_("typical first response"), ordering="typical_response_seconds")
    def usual_response(self, consultant: Consultant) -> str:
        seconds = consultant.typical_response_seconds
        return lasting(None if seconds is None else timedelta(seconds=seconds))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **named: Any
    ) -> Any:
        """Read, and drawn while it still holds, in the consultant's own time: an absence begins on their clock."""
        known = self.get_object(request, unquote(object_id)) if object_id else None
        with timezone.override(_zone_of(request, known)):
            response = super().changeform_view(request, object_id, *args, **named)
            # A template's response is drawn after the view, which would be in the server's time again
            return response.render() if hasattr(response, "render") else response

    @admin.action(description=_("Stop giving them leads, and give their open leads to colleagues"))
    def give_leads_away(self, request: HttpRequest, chosen: QuerySet[Consultant]) -> None:
        try:
            for consultant in chosen.select_related("user"):
                self._give_away(request, consultant)
        except NotAllowedError as refusal:
            messages.error(request, str(refusal.detail))

    def _give_away(self, request: HttpRequest, consultant: Consultant) -> None:
        given, waiting = leaving.redistribute(user=user_of(request), consultant=consultant)
        text = ngettext(
            "%(name)s: %(count)d lead given away.", "%(name)s: %(count)d leads given away.", given
        )
        messages.success(request, text % {"name": consultant, "count": given})
        if waiting:
            text = ngettext(
                "%(name)s: %(count)d lead waits for somebody to be free, or to take it.",
                "%(name)s: %(count)d leads wait for somebody to be free, or to take them.",
                waiting,
            )
            messages.warning(request, text % {"name": consultant, "count": waiting})

    @admin.display(boolean=True, description=_("active"), ordering="user__is_active")
    def is_active(self, consultant: Consultant) -> bool:
        return consultant.user.is_active
