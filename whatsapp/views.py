"""Twilio's webhooks: check the signature, hand over to one service, answer."""

import logging
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from whatsapp import refused, sessions, statuses
from whatsapp.accounts import account_of
from whatsapp.models import Line
from whatsapp.payloads import CHANNEL, DeliveryStatus, InboundMessage, MalformedPayloadError
from whatsapp.services import record_inbound
from whatsapp.signatures import is_signed

logger = logging.getLogger(__name__)
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """A message from a client. Known, unknown line, seen before: 200, so that Twilio is content."""
    if is_too_large(request):
        return HttpResponse(status=413)
    line = line_at(request.POST.get("To", ""))
    if not is_signed(request, account_of(line)):
        return refuse("inbound")
    try:
        message = InboundMessage.parse(request.POST)
    except MalformedPayloadError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    if line is None:
        logger.warning("message to an unknown line", extra={"sid": message.sid})
    else:
        take_in(line, message)
    return HttpResponse(EMPTY_TWIML, content_type="text/xml")


@csrf_exempt
@require_POST
def status(request: HttpRequest) -> HttpResponse:
    """What became of a message of ours. `?message=` is our own id of it."""
    if is_too_large(request):
        return HttpResponse(status=413)
    if not is_signed(request, account_of(line_at(request.POST.get("From", "")))):
        return refuse("status")
    try:
        report = DeliveryStatus.parse(request.POST)
    except MalformedPayloadError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    statuses.hear(report, _message_id(request))
    return HttpResponse(EMPTY_TWIML, content_type="text/xml")


def take_in(line: Line, message: InboundMessage) -> None:
    if line.kind == Line.Kind.CONSULTANT:
        sessions.take_in(line, [message])
    elif message.is_received:
        record_inbound(line, message)
    line.say_heard()


def line_at(address: str) -> Line | None:
    """The line whose number this is, whichever Messaging Service it is in."""
    bare = address.replace("\x00", "").removeprefix(CHANNEL)
    return Line.objects.filter(address=CHANNEL + bare, is_active=True).first()


def is_too_large(request: HttpRequest) -> bool:
    """Told by its header where there is one, before the body is read."""
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return True
    return announced > settings.WEBHOOK_MAX_BYTES or len(request.body) > settings.WEBHOOK_MAX_BYTES


def refuse(webhook: str) -> HttpResponse:
    """Counted, because many of these are an attack or a wrong PUBLIC_URL; no row is written."""
    logger.warning("webhook refused: bad or missing signature", extra={"webhook": webhook})
    refused.count(webhook)
    return HttpResponse("bad signature", status=403, content_type="text/plain")


def _message_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("message", ""))
    except ValueError:
        return None
