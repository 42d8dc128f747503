"""One lead: the drawer on the board, the right side of the inbox, a page alone."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from kanban.form_words import form_words
from kanban.history import history_of
from kanban.lead_sheet import lead_sheet
from kanban.pages.htmx import HtmxRequest
from kanban.talk import beginning_of, talk_of
from leads.errors import InvalidError, NotFoundError
from leads.models import Consultant, Lead, Status
from leads.requests import user_of
from leads.services import board
from leads.services.access import get_lead

TABS = ("chat", "timeline", "notes", "details")


@login_required
@require_safe
def lead_page(request: HtmxRequest, lead_id: UUID) -> HttpResponse:
    """The whole page, or for htmx the panel alone. `conversation` chooses among several, `tab` is kept."""
    lead = lead_or_404(request, lead_id)
    template = "kanban/parts/lead.html" if request.htmx else "kanban/lead.html"
    return render(request, template, panel_context(request, lead))


@login_required
@require_POST
def add_note(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Write a note; the answer is the notes panel, with the text kept where it was refused."""
    text, error = request.POST.get("text", ""), ""
    lead = lead_or_404(request, lead_id)
    try:
        board.add_note(
            user=user_of(request), lead_id=lead_id, text=text, origin=request.headers.get("X-Client-Id", "")
        )
        text = ""
    except InvalidError as refusal:
        error = refusal.fields["text"][0] if refusal.fields else str(refusal.detail)
    context = {"lead": lead, "notes": _notes(history_of(lead)), "text": text, "error": error}
    return render(request, "kanban/parts/notes.html", context, status=422 if error else 200)


@login_required
@require_POST
def mark_read(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    try:
        board.mark_read(user=user_of(request), lead_id=lead_id, origin=request.headers.get("X-Client-Id", ""))
    except NotFoundError as missing:
        raise Http404 from missing
    return HttpResponse(status=204)


def panel_context(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """Everything that the lead panel shows."""
    history = history_of(lead)
    tab = request.GET.get("tab", "chat")
    talk = talk_of(user_of(request), lead, request.GET.get("conversation", ""))
    return {
        "lead": lead,
        "sheet": lead_sheet(lead),
        "talk": talk,
        "form_words": form_words(lead, history, talk),
        "beginning": None if talk else beginning_of(user_of(request), lead),
        "history": history,
        "notes": _notes(history),
        "statuses": Status.objects.all(),
        "consultants": _consultants() if user_of(request).is_manager else [],
        "tab": tab if tab in TABS else "chat",
    }


def _notes(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in history if line["kind"] == "note"]


def _consultants() -> list[Consultant]:
    return list(
        Consultant.objects.select_related("user").filter(user__is_active=True).order_by("user__first_name")
    )


def lead_or_404(request: HttpRequest, lead_id: UUID) -> Lead:
    try:
        return get_lead(user_of(request), lead_id)
    except NotFoundError as missing:
        raise Http404 from missing
