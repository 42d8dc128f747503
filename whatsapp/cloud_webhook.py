"""Meta's webhook: the challenge when it is set up, then messages and statuses, signed with the app's secret."""

import hmac
import json
import logging
from collections.abc import Sequence

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from redis import RedisError

from leads.answers import takes, try_again
from whatsapp import line_memory, sessions, statuses
from whatsapp.cloud_payloads import changes_in
from whatsapp.line_memory import LineChangedError
from whatsapp.models import Line
from whatsapp.payloads import InboundMessage
from whatsapp.transports.base import Webhook
from whatsapp.transports.cloud import CloudTransport
from whatsapp.views import is_too_large, not_understood, refuse, take_in, too_large

logger = logging.getLogger(__name__)
CLOUD = CloudTransport()


@csrf_exempt
@takes("GET", "POST")
def webhook(request: HttpRequest) -> HttpResponse:
    """200 for what is signed, understood or not; 503 while the database is away, so that Meta tries again.

    So too where Redis is away and would be the only one to keep a message.
    """
    # Meta asks by GET when the address is entered, and posts ever after
    if request.method == "GET":
        return _challenge(request)
    if is_too_large(request):
        return too_large()
    try:
        return _take_post(request)
    except (DatabaseError, RedisError, LineChangedError) as error:
        # Not with its text: PostgreSQL quotes the row, and the row quotes the client
        logger.error("message not stored", extra={"why": type(error).__name__})
        # Meta sends again what was not answered with 200, less and less often
        return try_again()


def _challenge(request: HttpRequest) -> HttpResponse:
    """Meta shows the verify token of a line and wants its challenge back."""
    # Bytes: compare_digest takes text in ASCII only (Python's docs on hmac), and anybody may send the rest
    shown = request.GET.get("hub.verify_token", "").encode()
    tokens = [line.verify_token for line in _lines() if line.verify_token and line.is_active]
    is_known = any(hmac.compare_digest(token.encode(), shown) for token in tokens)
    if request.GET.get("hub.mode") != "subscribe" or not is_known:
        return refuse("cloud")
    # What was sent is sent back: as plain text that no browser may take for a page
    answer = HttpResponse(request.GET.get("hub.challenge", "")[:200], content_type="text/plain")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _take_post(request: HttpRequest) -> HttpResponse:
    """Only lines whose own app signed the body are listened to: one app must not speak for another's number."""
    signed_for = {line.phone_number_id: line for line in _lines() if CLOUD.is_signed(line, request)}
    if not signed_for:
        return refuse("cloud")
    try:
        said = Webhook(json.loads(request.body))
    # "[" ten thousand times over is no ValueError
    except (ValueError, RecursionError):
        return not_understood("no JSON")
    for number in dict.fromkeys(change.phone_number_id for change in changes_in(said.content)):
        if line := signed_for.get(number):
            # What comes again, because something later in the same POST failed, is known by its ids
            _take(line, said)
        else:
            logger.warning("webhook for an unknown number", extra={"number": number[:40]})
    return HttpResponse("ok", content_type="text/plain")


def _take(line: Line, said: Webhook) -> None:
    """A line that was switched off takes no messages; what it sent before is still reported on."""
    if line.is_active:
        _take_messages(line, CLOUD.receive(line, said))
    for report in CLOUD.statuses(line, said):
        statuses.hear(report, report.message_id, line=line)


def _take_messages(line: Line, messages: Sequence[InboundMessage]) -> None:
    if line.kind == Line.Kind.CONSULTANT:
        sessions.take_in(line, messages)
        line.say_heard()
        return
    for message in messages:
        _take_message(line, message)


def _take_message(line: Line, message: InboundMessage) -> None:
    """By the line as this process knows it, then as it is."""
    for reading in line_memory.readings_of(line.address):
        if reading is not None and take_in(reading, message):
            return
    raise LineChangedError


def _lines() -> list[Line]:
    """In use or not."""
    return list(Line.objects.filter(transport=Line.Transport.CLOUD).exclude(phone_number_id=""))
