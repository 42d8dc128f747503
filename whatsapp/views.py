"""Twilio's webhooks: check the signature, hand over to one service, answer."""

import logging
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from leads.answers import refusal, takes, try_again
from leads.wakeups import wake_often
from whatsapp import arrivals, line_memory, refused, sessions, statuses
from whatsapp.line_memory import LineChangedError
from whatsapp.models import Line
from whatsapp.payloads import CHANNEL, InboundMessage, MalformedPayloadError
from whatsapp.sweeps import take_in_arrivals
from whatsapp.transports.base import Webhook
from whatsapp.transports.twilio import TwilioTransport

logger = logging.getLogger(__name__)
TWILIO = TwilioTransport()
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "")
# Twilio sends an answer in text/plain to the client as a message; TwiML without a verb sends none
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
View = Callable[[HttpRequest], HttpResponse]


# By default Twilio tries again after a failed connection alone: after a 503 because of `rp=all`, which
# `line_check` asks for. Where that is not set, `recovery` finds the message on Twilio's list
def later_without_database(view: View) -> View:
    """While the database is away, or the line is being changed, the answer is 503: Twilio tries again."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except (DatabaseError, LineChangedError) as error:
            # Not with its text: PostgreSQL quotes the row, and the row quotes the client
            why = type(error).__name__
            logger.error("webhook not stored", extra={"webhook": view.__name__, "why": why})
            return try_again()

    return guarded


@csrf_exempt
@takes("POST")
@later_without_database
def inbound(request: HttpRequest) -> HttpResponse:
    """A message from a client. Known, unknown line, seen before: 200, so that Twilio is content.

    By the line as this process knows it; a refusal is made sure of with the line itself.
    """
    if refused_unread := refusal_unread(request):
        return refused_unread
    # By To and not by MessagingServiceSid: a service has many numbers, and each line its own secret
    for line in line_memory.readings_of(request.POST.get("To", "")):
        was_signed = TWILIO.is_signed(line, request)
        if was_signed and (answer := _take(request, line)):
            return answer
    if was_signed:
        raise LineChangedError
    return refuse("inbound")


def _take(request: HttpRequest, line: Line | None) -> HttpResponse | None:
    """None: the line has changed since it was read."""
    try:
        # Only now: until the signature was checked, nothing of the form is believed but which line it names
        [message] = TWILIO.receive(line, Webhook(request.POST))
    except MalformedPayloadError as error:
        return not_understood(str(error))
    if line is None:
        # 200 all the same: another try would not make the number ours
        logger.warning("message to an unknown line", extra={"sid": message.sid})
    elif not take_in(line, message):
        return None
    return HttpResponse(EMPTY_TWIML, content_type="text/xml")


@csrf_exempt
@takes("POST")
@later_without_database
def status(request: HttpRequest) -> HttpResponse:
    """What became of a message of ours. `?message=` is our own id of it."""
    if refused_unread := refusal_unread(request):
        return refused_unread
    line = line_at(request.POST.get("From", ""))
    if not TWILIO.is_signed(line, request):
        return refuse("status")
    try:
        [report] = TWILIO.statuses(line, Webhook(request.POST, request.GET))
    except MalformedPayloadError as error:
        return not_understood(str(error))
    if line is not None:
        statuses.hear(report, report.message_id, line=line)
    return HttpResponse(EMPTY_TWIML, content_type="text/xml")


def take_in(line: Line, message: InboundMessage) -> bool:
    """A message to a consultant's own line is looked at here and now: only leads' may be stored.

    False: the line has changed since it was read.
    """
    if line.kind == Line.Kind.CONSULTANT:
        sessions.take_in(line, [message])
        line.say_heard()
    elif message.is_received:
        if not arrivals.store(line, message):
            return False
        # Once the row is durable: a Redis that is away costs a delay, not the message
        wake_often(take_in_arrivals)
    return True


def line_at(address: str) -> Line | None:
    """The line whose number this is, whichever Messaging Service it is in; in use or not, as what it sent
    before it was switched off is still reported on."""
    bare = address.replace("\x00", "").removeprefix(CHANNEL)
    return Line.objects.filter(address=CHANNEL + bare).first()


def refusal_unread(request: HttpRequest) -> HttpResponse | None:
    """What to answer before any parameter is believed: a form in UTF-8, as Twilio posts, and no codec of
    anybody's choosing. No type at all is a form without parameters."""
    if is_too_large(request):
        return too_large()
    # Django decodes by the charset that the request names; "charset=zlib_codec" would be an exception
    is_utf8 = (request.content_params or {}).get("charset", "utf-8").lower() in ("utf-8", "utf8")
    if is_utf8 and request.content_type in FORMS:
        return None
    return not_understood("not a form")


def is_too_large(request: HttpRequest) -> bool:
    """Told by its header where there is one, before the body is read."""
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return True
    # A chunked body announces nothing (RFC 9112 7.1)
    return announced > settings.WEBHOOK_MAX_BYTES or len(request.body) > settings.WEBHOOK_MAX_BYTES


def refuse(webhook: str) -> HttpResponse:
    """Counted, because many of these are an attack or a wrong PUBLIC_URL; no row is written."""
    logger.warning("webhook refused: bad or missing signature", extra={"webhook": webhook})
    refused.count(webhook)
    return refusal("not_allowed", "bad signature", 403)


def not_understood(why: str) -> HttpResponse:
    return refusal("not_understood", why, 400)


def too_large() -> HttpResponse:
    return refusal("too_large", f"more than {settings.WEBHOOK_MAX_BYTES} bytes", 413)
