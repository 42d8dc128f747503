"""The bell: what somebody was told, and whether it makes a sound."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from kanban.notices import count_unseen, latest_notices
from kanban.pages.lead import lead_or_404
from leads.requests import user_of
from leads.services import notices

# A bigint has nineteen at most, and not all of those
MOST_DIGITS = 18


@login_required
@require_safe
def latest(request: HttpRequest) -> JsonResponse:
    """The newest notices, all or those after the id `after`."""
    return JsonResponse(latest_notices(user_of(request), after=_number(request.GET.get("after", "")) or 0))


@login_required
@require_POST
def mark_seen(request: HttpRequest) -> HttpResponse:
    """The list was opened: everything up to the id `up_to` is seen."""
    up_to = _number(request.POST.get("up_to", ""))
    if up_to is None:
        return HttpResponseBadRequest()
    notices.mark_seen(user=user_of(request), up_to=up_to)
    return HttpResponse(status=204)


@login_required
@require_POST
def mark_seen_of_lead(request: HttpRequest, lead_id: UUID) -> JsonResponse:
    """The lead was opened. Answers how many notices of others are left."""
    user = user_of(request)
    notices.mark_seen_of_lead(user=user, lead_id=lead_or_404(request, lead_id).pk)
    return JsonResponse({"unseen": count_unseen(user)})


@login_required
@require_POST
def choose_sound(request: HttpRequest) -> HttpResponse:
    notices.choose(user_of(request), has_sound=request.POST.get("sound") == "on")
    return HttpResponse(status=204)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
