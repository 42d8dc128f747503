"""The paths of Twilio's REST API that our client calls, in the shapes of twilio.com/docs."""

import base64
import binascii
import hmac
from collections.abc import Callable
from email.utils import format_datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from whatsapp.accounts import account_of, environment_account
from whatsapp.models import Line
from whatsapp.simulator import world
from whatsapp.simulator.contents import ContentError, filled
from whatsapp.simulator.sound import voice_note
from whatsapp.simulator.world import PhoneMessage
from whatsapp.splitting import LIMIT, length

View = Callable[..., HttpResponse]


def with_account(view: View) -> View:
    """Only for who shows the credentials of an account of ours, as Twilio wants them."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_ours(*credentials(request)):
            return error(401, 20003, "Authenticate")
        return view(request, *args, **kwargs)

    return guarded


@with_account
@require_http_methods(["GET", "POST"])
def messages(request: HttpRequest, account_sid: str) -> HttpResponse:
    return _create(request, account_sid) if request.method == "POST" else _list(request, account_sid)


@with_account
@require_GET
def message(request: HttpRequest, account_sid: str, sid: str) -> HttpResponse:
    found = world.find(sid)
    return JsonResponse(_resource(found, account_sid)) if found else error(404, 20404, "Not found")


@with_account
@require_GET
def media(request: HttpRequest, account_sid: str, sid: str, media_sid: str) -> HttpResponse:
    if world.find(sid) is None:
        return error(404, 20404, "Not found")
    return HttpResponse(voice_note(), content_type="audio/wav")


@with_account
@require_GET
def account(request: HttpRequest, account_sid: str) -> HttpResponse:
    return JsonResponse(
        {"sid": account_sid, "friendly_name": "Simulator", "status": "active", "type": "Full"}
    )


@with_account
@require_POST
def typing(request: HttpRequest) -> HttpResponse:
    """The phone shows three dots, and its message as read."""
    answered = world.find(request.POST.get("messageId", ""))
    if answered is None or answered.is_ours:
        return error(404, 20404, "Message not found")
    world.advance(answered, "read")
    world.begin_typing(answered.line, answered.phone)
    return JsonResponse({"success": True})


def _create(request: HttpRequest, account_sid: str) -> HttpResponse:
    form = request.POST
    # Stricter than Twilio, which takes a user id, too: the simulator's phones all have numbers
    if not form.get("To", "").startswith("whatsapp:+"):
        return error(400, 21211, "Invalid 'To' Phone Number")
    try:
        body = filled(form) if form.get("ContentSid") else form.get("Body", "")
    except ContentError as problem:
        return error(400, problem.code, str(problem))
    if not body and not form.get("MediaUrl"):
        return error(400, 21602, "Message body is required.")
    if length(body) > LIMIT:
        return error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    made = PhoneMessage(
        sender=form.get("From", ""),
        recipient=form["To"],
        body=body,
        is_ours=True,
        kind="template" if form.get("ContentSid") else "text",
        media_url=form.get("MediaUrl", ""),
        callback=form.get("StatusCallback", ""),
    )
    world.keep(made)
    return JsonResponse(_resource(made, account_sid), status=201)


def _list(request: HttpRequest, account_sid: str) -> HttpResponse:
    sender, recipient = request.GET.get("From", ""), request.GET.get("To", "")
    # Neither: Twilio would list the whole account, which no caller of ours asks for
    found = world.on_record(sender=sender, recipient=recipient) if sender or recipient else []
    return JsonResponse(
        {"messages": [_resource(one, account_sid) for one in found], "next_page_uri": None, "page": 0}
    )


def _resource(made: PhoneMessage, account_sid: str) -> dict[str, Any]:
    moment = format_datetime(made.created_at)
    return {
        "sid": made.sid,
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "from": made.sender,
        "to": made.recipient,
        "body": made.body,
        "status": made.status if made.is_ours else "received",
        "direction": "outbound-api" if made.is_ours else "inbound",
        "num_media": "1" if made.media_url else "0",
        "num_segments": "1",
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "price": None,
        "price_unit": None,
        "date_created": moment,
        "date_sent": moment,
        "date_updated": moment,
        "subresource_uris": {},
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{made.sid}.json",
    }


def credentials(request: HttpRequest) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        sid, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return sid, token


def _is_ours(sid: str, token: str) -> bool:
    own = [account_of(line) for line in Line.objects.exclude(account_sid="", auth_token="")]
    return any(
        known and known.sid == sid and hmac.compare_digest(known.token.encode(), token.encode())
        for known in (environment_account(), *own)
    )


def error(status: int, code: int, text: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": text, "status": status}, status=status)
