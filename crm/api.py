"""One shape for every error of the API: `{code, detail, fields?}`. Domain errors are translated here, once."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from leads.api.facts import lead_facts
from leads.cleaning import clean_line
from leads.errors import ConflictError, CrmError, InvalidError
from leads.models import Lead

API_PREFIX = "/api/"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """What DRF calls for every exception of a view. None: a defect, which becomes a 500."""
    # 422 for what is understood and not valid, 400 for what is not understood (RFC 9110 15.5.21)
    if isinstance(error, exceptions.ValidationError):
        error = _as_invalid(error)
    if isinstance(error, CrmError):
        return Response(_domain_body(error), status=error.status_code)
    if isinstance(error, RequestDataTooBig):
        return _response(413, "too_large", _("This is too large."))
    if isinstance(error, SuspiciousOperation | RecursionError):  # JSON nested a thousand deep recurses
        return _response(400, "malformed", _("This request cannot be understood."))
    if isinstance(error, UnreadablePostError):
        return _response(400, "incomplete", _("Not all of this came, or its length was not told."))
    response = rest_exception_handler(error, context)
    if response is not None:
        response.data = _rest_body(error, response)
    return response


def lockout_response(request: HttpRequest, response: Any, credentials: Any) -> HttpResponse:
    """Too many wrong passwords, for the login page and the API alike."""
    detail = _("Too many attempts. Try again in a quarter of an hour.")
    if _is_api(request):
        return JsonResponse({"code": "locked_out", "detail": detail}, status=429)
    return render(request, "registration/locked.html", status=429)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return JsonResponse(
            {"code": "malformed", "detail": _("This request cannot be understood.")}, status=400
        )
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return JsonResponse({"code": "not_allowed", "detail": _("You may not do this.")}, status=403)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return JsonResponse(
            {"code": "not_found", "detail": _("There is nothing at this address.")}, status=404
        )
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return JsonResponse({"code": "error", "detail": _("Something went wrong on our side.")}, status=500)
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIX)


def _response(status: int, code: str, detail: str) -> Response:
    return Response({"code": code, "detail": detail}, status=status)


def _domain_body(error: CrmError) -> dict[str, Any]:
    body: dict[str, Any] = {"code": error.code, "detail": str(error.detail)}
    if error.fields:
        body["fields"] = {name: [str(text) for text in texts] for name, texts in error.fields.items()}
    current = error.current if isinstance(error, ConflictError) else None
    # Whoever was slower gets the lead as it is now, so that a board need not ask again
    if isinstance(current, Lead):
        body["lead"] = lead_facts(current)
    elif current is not None:
        body["current"] = current
    return body


def _rest_body(error: Exception, response: Response) -> dict[str, Any]:
    """`code` is DRF's own, which tells a missing login from a wrong one."""
    detail = response.data.get("detail") if isinstance(response.data, Mapping) else None
    return {"code": getattr(detail, "code", "error"), "detail": str(detail or error)}


def _as_invalid(error: exceptions.ValidationError) -> InvalidError:
    """Names and texts may quote what was sent, and that may be unfit to be sent back."""
    fields: dict[str, list[str]] = {}
    for path, text in _messages(error.detail):
        fields.setdefault(clean_line(path), []).append(clean_line(text))
    general = fields.pop("", []) + fields.pop("non_field_errors", [])
    return InvalidError(" ".join(general) or None, fields)


def _messages(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each message with the dotted path of its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _messages(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _messages(inner, path)
    else:
        yield path, str(detail)
