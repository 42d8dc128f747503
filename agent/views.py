"""Parts of pages that other apps show: why the agent said a message."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from agent.explaining import explain, turn_behind
from leads.requests import user_of
from whatsapp.models import Conversation, Message


@login_required
@require_safe
def message_why(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A fragment for the thread. Whoever may see the conversation may ask."""
    visible = Conversation.objects.visible_to(user_of(request))
    said = Message.objects.filter(conversation__in=visible, author=Message.Author.AGENT)
    message = get_object_or_404(said.select_related("conversation", "retry_of"), pk=message_id)
    turn = turn_behind(message)
    return render(request, "agent/why.html", {"why": explain(turn) if turn else None})
