"""The inbox page and its list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kanban.threads import inbox_of
from leads.requests import user_of


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "kanban/inbox.html", _context(request))


@login_required
@require_safe
def threads(request: HttpRequest) -> HttpResponse:
    """The list alone, fetched again whenever something happens."""
    return render(request, "kanban/parts/threads.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    only_waiting, words = request.GET.get("show") == "waiting", request.GET.get("q", "")
    inbox = inbox_of(user_of(request), only_waiting=only_waiting, words=words)
    return {"inbox": inbox, "only_waiting": only_waiting, "words": words}
