"""The page on which people choose how they are told, and what a browser needs for push."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agent import proving, push_subscriptions
from agent.channels import whatsapp
from agent.models import PushSubscription
from agent.notice_forms import PreferencesForm
from agent.notice_history import told_lately, troubles_of
from agent.quiet_hours import timezone_of
from leads.errors import CrmError
from leads.models import User
from leads.requests import user_of

# The manifest changes with a release, and a day late does no harm
A_DAY = 60 * 60 * 24


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(user_of(request), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.save():
        messages.success(request, _("Saved"))
        return redirect("notice-preferences")
    status = 422 if form.is_bound else 200
    return render(request, "agent/notices.html", _context(user_of(request), form), status=status)


@login_required
@require_safe
def lately(request: HttpRequest) -> HttpResponse:
    """The list alone, asked for again while something is under way."""
    return render(request, "agent/told_lately.html", {"lately": told_lately(user_of(request))})


@login_required
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """A script gets the bare answer: a page that is loaded anew would miss what comes over its socket."""
    is_script = request.headers.get("Accept") == "application/json"
    try:
        proving.send_test(user_of(request), request.POST.get("channel", ""))
    except CrmError as refusal:
        if is_script:
            answer = {"code": refusal.code, "detail": str(refusal.detail)}
            return JsonResponse(answer, status=refusal.status_code)
        messages.error(request, str(refusal.detail))
    else:
        if is_script:
            return HttpResponse(status=204)
        messages.success(request, _("A test is on its way."))
    return redirect("notice-preferences")


@login_required
@require_POST
def forget_device(request: HttpRequest) -> HttpResponse:
    device = request.POST.get("device", "")
    # Without these looks a number beyond PostgreSQL's bigint would be an error of ours
    if device.isascii() and device.isdecimal() and len(device) < 19:
        push_subscriptions.unsubscribe(user_of(request), device_id=int(device))
    return redirect("notice-preferences")


@require_safe
@cache_control(no_cache=True)
def push_worker(request: HttpRequest) -> HttpResponse:
    """At the root, because a service worker speaks for the pages below its own address."""
    return render(request, "agent/push-worker.js", content_type="text/javascript")


@require_safe
@cache_control(max_age=A_DAY)
def manifest(request: HttpRequest) -> HttpResponse:
    """Some phones push to installed pages alone, and this is what makes a page installable."""
    return render(request, "agent/manifest.webmanifest", content_type="application/manifest+json")


def _context(user: User, form: PreferencesForm) -> dict[str, Any]:
    return {
        "form": form,
        "devices": PushSubscription.objects.filter(user=user),
        "lately": told_lately(user),
        "troubles": troubles_of(user),
        "timezone": timezone_of(user.pk),
        "has_number": whatsapp.reaches(user),
    }
