"""Beside the simulated phone: what its messages did in the CRM."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kanban.history import history_of
from kanban.lead_sheet import lead_sheet
from leads.identity import phone_key
from leads.requests import user_of
from whatsapp.models import Conversation


@require_safe
def story(request: HttpRequest) -> HttpResponse:
    """The lead and the conversation of one phone and line. Open to everybody on a local machine alone."""
    if not (settings.LOCAL or request.user.is_authenticated):
        raise Http404
    return render(request, "kanban/parts/story.html", _facts(request))


def _facts(request: HttpRequest) -> dict[str, Any]:
    conversation = _conversation(request)
    if conversation is None:
        return {}
    lead = conversation.lead
    facts: dict[str, Any] = {"conversation": conversation, "lead": lead}
    return facts | {"sheet": lead_sheet(lead), "history": history_of(lead)} if lead else facts


def _conversation(request: HttpRequest) -> Conversation | None:
    number = "+" + "".join(filter(str.isdecimal, request.GET.get("number", "")))
    line = "whatsapp:+" + request.GET.get("line", "").replace("\x00", "").removeprefix("whatsapp:").lstrip(
        "+ "
    )
    threads = Conversation.objects.filter(line__address=line).select_related(
        "lead__status", "lead__consultant__user"
    )
    # Whoever plays with the simulator in public is logged in, and sees what they would see elsewhere
    if not settings.LOCAL:
        threads = threads.visible_to(user_of(request))
    # "+55 11 8765-4321" and its spelling with the ninth digit are one client
    return threads.filter(client_key__in={number, phone_key(number)}).first()
