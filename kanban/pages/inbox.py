"""The inbox page, its list, and the threads of people who are no leads in the reader's sight."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kanban.pages.htmx import HtmxRequest
from kanban.talk import talk_in
from kanban.threads import inbox_of
from leads.errors import NotFoundError
from leads.requests import user_of
from whatsapp.services import chats


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "kanban/inbox.html", _context(request))


@login_required
@require_safe
def threads(request: HttpRequest) -> HttpResponse:
    """The list alone, fetched again whenever something happens."""
    return render(request, "kanban/parts/threads.html", _context(request))


@login_required
@require_safe
def chat(request: HtmxRequest, chat_id: str) -> HttpResponse:
    """Somebody on the reader's own line who is no lead: what the list still holds of them."""
    try:
        own = chats.find_chat(user_of(request), chat_id)
        said = chats.said_in(own)
    except NotFoundError as missing:
        raise Http404 from missing
    except chats.ChatsUnavailableError as error:
        return _pane(request, "kanban/parts/thread_unavailable.html", {"detail": error.detail})
    if own.entry.conversation:
        return redirect("inbox-conversation", own.entry.conversation)
    return _pane(request, "kanban/parts/stranger.html", {"chat": own, "said": said})


@login_required
@require_safe
def conversation(request: HtmxRequest, conversation_id: UUID) -> HttpResponse:
    """A stored thread whose lead, if there is one, is not the reader's."""
    talk = talk_in(user_of(request), conversation_id)
    if talk is None:
        raise Http404
    return _pane(request, "kanban/parts/thread.html", {"talk": talk})


def _pane(request: HtmxRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The pane alone for the inbox that asks, else the inbox around it."""
    if request.htmx:
        return render(request, template, context)
    return render(request, "kanban/inbox.html", {**_context(request), **context, "pane": template})


def _context(request: HttpRequest) -> dict[str, Any]:
    only_waiting, with_agent = request.GET.get("show") == "waiting", request.GET.get("with") == "agent"
    words = request.GET.get("q", "")
    inbox = inbox_of(user_of(request), only_waiting=only_waiting, words=words, with_agent=with_agent)
    return {"inbox": inbox, "only_waiting": only_waiting, "with_agent": with_agent, "words": words}
