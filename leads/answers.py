"""How a webhook is refused: in the one shape of every error, `{code, detail, …}`."""

from collections.abc import Callable, Mapping
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _


def refusal(
    code: str, detail: str, status: int, headers: Mapping[str, str] | None = None, **more: str
) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail, **more}, status=status, headers=headers)


def try_again() -> JsonResponse:
    """Nothing is stored, and a moment later it may be."""
    return refusal("unavailable", _("Try again in a moment."), 503, {"Retry-After": "5"})


def takes(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Anything else is a 405, which Django's own decorator answers without a word."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if request.method in methods:
                return view(request)
            text = _("This address takes %(methods)s.") % {"methods": ", ".join(methods)}
            return refusal("method_not_allowed", text, 405, {"Allow": ", ".join(methods)})

        return guarded

    return decorate
