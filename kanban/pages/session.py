"""Coming, going, and how the desk looks to one person."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from kanban.pages.htmx import HtmxRequest
from kanban.waiting import count_waiting
from leads.requests import user_of
from leads.services.people import set_accepting

ONE_YEAR = 60 * 60 * 24 * 365
THEMES = ("auto", "light", "dark")
DEMO_LOGINS = (
    ("manager", _("Manager")),
    ("ana", _("Consultant with an own line")),
    ("bia", _("Consultant")),
    ("carlos", _("Consultant")),
)


class Login(LoginView):
    template_name = "registration/login.html"
    redirect_authenticated_user = True
    extra_context = {"demo_logins": DEMO_LOGINS if settings.DEMO else ()}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The language that a person once chose comes along to a new browser."""
        response = super().form_valid(form)
        if language := user_of(self.request).language:
            _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES) or not check_for_language(code):
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        request.user.language = code
        request.user.save(update_fields=["language"])
    return _remember(_back(request), settings.LANGUAGE_COOKIE_NAME, code)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponseBadRequest()
    return _remember(_back(request), "theme", theme)


@login_required
@require_POST
def accept_leads(request: HtmxRequest) -> HttpResponse:
    """The switch in the header. A form without JavaScript comes back to its page."""
    is_accepting = request.POST.get("accepting") == "on"
    set_accepting(user_of(request), is_accepting)
    if request.htmx:
        return render(request, "kanban/parts/accepting.html", {"is_accepting": is_accepting})
    return _back(request)


@login_required
@require_safe
def waiting(request: HttpRequest) -> JsonResponse:
    """How many of the reader's leads wait for an answer: the number beside Inbox."""
    return JsonResponse({"waiting": count_waiting(user_of(request))})


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    # `next` is the sender's: no way from our own address to a page that only looks like ours
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    return redirect(target)


def _remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(name, value, max_age=ONE_YEAR, samesite="Lax", secure=settings.IS_HTTPS)
    return response
