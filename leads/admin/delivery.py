"""Deliveries: the raw request beside what was understood of it, and once more."""

from contextlib import suppress
from io import StringIO
from json import JSONEncoder
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.admin.read_only import ReadOnlyAdmin
from leads.api.filters import with_words
from leads.bodies import BodyError, read_body
from leads.cleaning import visible_text
from leads.models import Delivery, Lead
from leads.services.replaying import replay_deliveries
from leads.stored_words import said_again
from leads.wholeness import unpacked

SHOWN_SIGNS = 64 * 1024


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    change_form_template = "admin/leads/delivery/change_form.html"
    list_display = ["received_at", "source", "state", "made", "short_error"]
    list_filter = ["state", "source", "received_at"]
    search_fields = ["error"]
    search_help_text = _("A delivery's id, whom it made, or words of the error")
    # Counting a million deliveries takes longer than finding those of the page
    show_full_result_count = False
    list_select_related = ["source"]
    list_per_page = 50
    date_hierarchy = "received_at"
    actions = ["replay"]
    fieldsets = [
        (None, {"fields": ["source", "state", "what_went_wrong", "made", "received_at", "processed_at"]}),
        (
            _("What came, and what was understood"),
            {"fields": [("laid_out", "what_was_understood"), "raw_body"]},
        ),
        (
            _("The request"),
            {"fields": ["content_type", "headers", "remote_address", "attempts", "next_attempt_at"]},
        ),
    ]
    readonly_fields = ["what_went_wrong", "made", "laid_out", "raw_body", "what_was_understood"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """A page of the list would read megabytes that it does not show; the page of one row reads them then."""
        return super().get_queryset(request).defer("body", "understood").prefetch_related("leads")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        """By its id, or by its leads, found as on the board by index; else by its error."""
        with suppress(ValueError):
            return queryset.filter(pk=UUID(search_term.strip())), False
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        if search_term:
            leads = with_words(Lead.objects.all(), search_term).values("pk")
            links = Delivery.leads.through.objects.filter(lead__in=leads)
            found |= queryset.filter(pk__in=links.values("delivery"))
        return found, has_duplicates

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.replay_one)
        return [path("<uuid:delivery_id>/replay/", view, name="leads_delivery_replay"), *super().get_urls()]

    def replay_one(self, request: HttpRequest, delivery_id: UUID) -> HttpResponse:
        # Nothing changes by GET: browsers and scanners follow links by themselves
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        self._replay(request, [delivery_id])
        return HttpResponseRedirect(reverse("admin:leads_delivery_change", args=[delivery_id]))

    @admin.action(description=_("Process once more, with the mapping as it is now"))
    def replay(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        self._replay(request, list(deliveries.values_list("pk", flat=True)))

    def _replay(self, request: HttpRequest, delivery_ids: list[UUID]) -> None:
        count = replay_deliveries(delivery_ids)
        messages.success(
            request,
            ngettext("%d delivery is processed once more.", "%d deliveries are processed once more.", count)
            % count,
        )

    @admin.display(description=_("leads"))
    def made(self, delivery: Delivery) -> SafeString:
        links = ((reverse("lead", args=[lead.pk]), str(lead)) for lead in delivery.leads.all())
        return format_html_join(", ", '<a href="{}">{}</a>', links) or SafeString("—")

    @admin.display(description=_("error"))
    def short_error(self, delivery: Delivery) -> str:
        return said_again(delivery.error)[:80]

    @admin.display(description=_("error"))
    def what_went_wrong(self, delivery: Delivery) -> str:
        return said_again(delivery.error) or "—"

    @admin.display(description=_("raw body"))
    def raw_body(self, delivery: Delivery) -> SafeString:
        """Escaped, and as it came: whoever lays it out loses twin keys, spaces and encodings."""
        return SafeString("—") if delivery.body is None else _shown(_as_text(delivery))

    @admin.display(description=_("laid out"))
    def laid_out(self, delivery: Delivery) -> SafeString:
        """The tree in JSON or a form, for reading."""
        tree = _tree_of(delivery)
        return SafeString("—") if tree is None else _shown(_as_json(tree))

    @admin.display(description=_("what was understood"))
    def what_was_understood(self, delivery: Delivery) -> SafeString:
        return _shown(_as_json(delivery.understood))


def _as_text(delivery: Delivery) -> str:
    """What a person would have sent: unpacked where it was compressed on its way."""
    return _plain(delivery).decode("utf-8", "backslashreplace")


def _tree_of(delivery: Delivery) -> Any:
    """None for what is neither JSON nor a form."""
    with suppress(BodyError, RecursionError):
        return read_body(_plain(delivery), delivery.content_type)
    return None


def _plain(delivery: Delivery) -> bytes:
    body = bytes(delivery.body or b"")
    with suppress(BodyError):
        body = unpacked(body, delivery.headers)
    return body


def _as_json(tree: Any) -> str:
    """Laid out no further than is shown: a small body of deep lists would be hundreds of megabytes of spaces."""
    text = StringIO()
    for chunk in JSONEncoder(ensure_ascii=False, indent=2).iterencode(tree):
        text.write(chunk)
        if text.tell() > SHOWN_SIGNS:
            break
    return text.getvalue()


def _shown(text: str) -> SafeString:
    """The beginning of a text from outside; where it ends early, that is said."""
    beginning = format_html('<pre class="body">{}</pre>', visible_text(text[:SHOWN_SIGNS]))
    if len(text) <= SHOWN_SIGNS:
        return beginning
    cut = _("Cut here: only the first %d characters are shown.") % SHOWN_SIGNS
    return beginning + format_html('<p class="help">{}</p>', cut)
