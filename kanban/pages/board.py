"""The board page and the fragments that keep it fresh."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kanban.board import count_columns, load_board, load_column
from kanban.cards import cards_of
from kanban.pages.htmx import HtmxRequest
from kanban.queue import load_queue
from leads.api.filters import LeadFilters
from leads.errors import NotFoundError
from leads.models import Consultant, Lead, Source
from leads.requests import user_of
from leads.stored_words import said_again

# They stand in the address: 200 ids are over 7 KB, and nginx takes a line of 8 KB
MOST_CARDS = 200


@login_required
@require_safe
def board(request: HtmxRequest) -> HttpResponse:
    """The whole page, or for htmx the columns alone."""
    filters = LeadFilters.from_query(request.GET)
    context = {
        "board": load_board(user_of(request), filters),
        "filters": filters,
        "query": request.GET.urlencode(),
    }
    if request.htmx:
        return render(request, "kanban/parts/columns.html", context)
    return render(
        request, "kanban/board.html", context | _choices(request) | {"queue": load_queue(user_of(request))}
    )


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The strip of leads that wait for a consultant."""
    return render(request, "kanban/parts/queue.html", {"queue": load_queue(user_of(request))})


@login_required
@require_safe
def column(request: HttpRequest, slug: str) -> HttpResponse:
    """The next cards of one column, below the place that `after` names."""
    filters = LeadFilters.from_query(request.GET)
    try:
        page = load_column(user_of(request), slug, filters, request.GET.get("after", ""))
    except NotFoundError as missing:
        raise Http404 from missing
    query = request.GET.copy()
    # The template puts its own place behind the filters
    query.pop("after", None)
    context = {"column": page, "query": query.urlencode()}
    return render(request, "kanban/parts/more_cards.html", context)


@login_required
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """The cards among `ids` that belong on this board now, and the counts of every column."""
    filters = LeadFilters.from_query(request.GET)
    leads = filters.apply(Lead.objects.visible_to(user_of(request)).on_board())
    asked = _uuids(request.GET.get("ids", ""))
    context = {
        "cards": cards_of(leads.filter(pk__in=asked)),
        "counts": count_columns(user_of(request), filters),
    }
    return render(request, "kanban/parts/cards.html", context)


def _choices(request: HttpRequest) -> dict[str, Any]:
    # Whose account was switched off is still found by the open leads that nobody answers
    has_leads = Exists(Lead.objects.open().filter(consultant=OuterRef("pk")))
    consultants = Consultant.objects.select_related("user").filter(Q(user__is_active=True) | has_leads)
    return {
        "sources": _sources(),
        "consultants": consultants.order_by("user__first_name") if user_of(request).is_manager else [],
    }


def _sources() -> list[tuple[str, str]]:
    """(slug, name) of whatever a card may name."""
    named = Source.objects.order_by("name").values_list("slug", "name")
    return [(Source.WHATSAPP, "WhatsApp"), *((slug, said_again(name)) for slug, name in named)]


def _uuids(text: str) -> list[UUID]:
    found = []
    for part in text.split(",")[:MOST_CARDS]:
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found
