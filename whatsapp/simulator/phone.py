"""The phone: a page, what it writes, what it shows."""

import mimetypes
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from whatsapp.models import Line
from whatsapp.payloads import CHANNEL, address_of
from whatsapp.simulator import webhooks, world
from whatsapp.simulator.world import PhoneMessage

PRESETS = [
    {"label": label, "number": number, "name": name, "body": body}
    for label, number, name, body in (
        ("pt-BR", "+5511987654321", "Marina Souza", "Oi! Vi o anúncio e quero comprar um apartamento."),
        ("en", "+14155550142", "James Carter", "Hi, I'm looking for a two-bedroom apartment to buy."),
        ("es", "+525512345678", "Lucía Hernández", "Hola, busco un departamento para comprar."),
    )
]
KINDS = ("text", "ad", "location", "audio")
LONGEST_BODY = 4096


@require_GET
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    lines = Line.objects.filter(is_active=True).order_by("kind", "name")
    return render(request, "whatsapp/simulator.html", {"lines": lines, "presets": PRESETS})


@require_GET
def messages(request: HttpRequest) -> JsonResponse:
    """?number=&line= → {messages: [{sid, is_ours, body, kind, status, at}], is_typing}."""
    line, phone = _ends(request.GET)
    if line is None or not phone:
        return _refused(_("Give a phone number and a line."))
    shown = [_shown(one) for one in world.thread(line.address, phone)]
    return JsonResponse({"messages": shown, "is_typing": world.is_typing(line.address, phone)})


@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """number, name, line, body, kind → the message, once our webhook has taken it."""
    line, phone = _ends(request.POST)
    kind, body = request.POST.get("kind", "text"), request.POST.get("body", "").strip()[:LONGEST_BODY]
    if line is None or not phone or kind not in KINDS or (kind in ("text", "ad") and not body):
        return _refused(_("Give a phone number, a line and something to say."))
    said = PhoneMessage(sender=phone, recipient=line.address, body=body, is_ours=False, kind=kind)
    world.keep(said)
    try:
        webhooks.deliver_to_crm(line, said, request.POST.get("name", "")[:80])
    except webhooks.NotTakenError as error:
        return _refused(_("The CRM did not take the message: %(why)s") % {"why": error}, status=502)
    return JsonResponse(_shown(world.advance(said, "delivered")), status=201)


@require_POST
def read(request: HttpRequest) -> JsonResponse:
    """The phone's owner looks at the chat: every message of ours in it becomes read. {read: count}."""
    line, phone = _ends(request.POST)
    if line is None or not phone:
        return _refused(_("Give a phone number and a line."))
    unread = [one for one in world.thread(line.address, phone) if one.is_ours and one.status != "read"]
    try:
        for one in unread:
            webhooks.report_read(line, one)
    except webhooks.NotTakenError as error:
        return _refused(_("The CRM did not take the status: %(why)s") % {"why": error}, status=502)
    return JsonResponse({"read": len(unread)})


@require_POST
def reset(request: HttpRequest) -> JsonResponse:
    line, phone = _ends(request.POST)
    if line is not None and phone:
        world.forget(line.address, phone)
    return JsonResponse({"messages": [], "is_typing": False})


def _ends(data: Any) -> tuple[Line | None, str]:
    """The line and the phone's address that a request names."""
    wanted = data.get("line", "").replace("\x00", "").strip()
    address = CHANNEL + "+" + wanted.removeprefix(CHANNEL).lstrip("+ ")
    return Line.objects.filter(address=address, is_active=True).first(), address_of(data.get("number", ""))


def _shown(message: PhoneMessage) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "is_ours": message.is_ours,
        "body": message.body,
        "kind": message.kind,
        "media_url": message.media_url.removeprefix(settings.PUBLIC_URL),
        "media_type": mimetypes.guess_type(message.media_url)[0] or "",
        "status": message.status,
        "at": message.at,
    }


def _refused(text: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"code": "invalid", "detail": text}, status=status)
