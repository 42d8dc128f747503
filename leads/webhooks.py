"""The front door for outside systems: store the request as it came, answer, understand it later."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from leads import mishaps, rate
from leads.answers import refusal, try_again
from leads.bodies import BodyError
from leads.models import Delivery, Source
from leads.recording import Request, readings_of, store_request
from leads.requests import remote_address
from leads.sources import KINDS, Knock, kind_of
from leads.sources.credentials import has_standard_signature
from leads.stored_words import said_again
from leads.tasks import process_deliveries
from leads.wakeups import wake_often
from leads.wholeness import UNKNOWN, UNMEASURED, read_whole, unpacked

logger = logging.getLogger(__name__)

# Kept with the delivery. Signatures and secrets are not among them.
KEPT_HEADERS = (
    "content-type",
    "content-length",
    "content-encoding",
    "user-agent",
    "referer",
    "origin",
    "webhook-id",
    "webhook-timestamp",
    "idempotency-key",
    "x-request-id",
    "x-forwarded-for",
)
SECRET_HEADERS = ("authorization", "x-api-key")
SIGNATURES = {"webhook-signature"} | {
    kind.signature_header for kind in KINDS.values() if kind.signature_header
}
# Answers after which nothing more is to be found out: the request is stored, was a good GET, or is one that no
# source takes. What a credential or a rate refuses is looked at once more: either may have been changed elsewhere.
SETTLED = {200, 202, 400, 405, 413}
# Requests turned away without a delivery: only their number is kept.
COUNTED = {401: "unauthorized", 413: "too_large", 429: "too_many_requests"}


@csrf_exempt
def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """`POST /webhooks/leads/<slug>/`: 202 once the request is durable. GET answers Meta's challenge.

    While the database is away: 503, so that the sender tries again.
    """
    try:
        return _answer(request, slug)
    except DatabaseError as error:
        logger.error("delivery not stored", extra={"source": slug, **mishaps.facts_of(error)})
        return try_again()


def _answer(request: HttpRequest, slug: str) -> HttpResponse:
    """By the source as this process knows it; a refusal is made sure of with the row itself."""
    # Once for both readings of the source, for a request's stream can be read only once
    body = _bounded_body(request) if request.method == "POST" else b""
    for source in readings_of(slug):
        answer = _answer_for(source, request, body)
        if answer.status_code in SETTLED:
            break
    if answer.status_code in COUNTED:
        rate.count_refusal(slug, COUNTED[answer.status_code])
    return answer


def _answer_for(source: Source | None, request: HttpRequest, body: bytes | None) -> HttpResponse:
    if source is None:
        return refusal("not_found", _("There is no such source."), 404)
    if request.method == "GET":
        return _challenge(request, source)
    if request.method != "POST":
        return refusal("method_not_allowed", _("Send leads with POST."), 405)
    if body is None:
        return refusal("too_large", _("The body is larger than 256 KiB: send files as links."), 413)
    return _take(request, source, body)


def _take(request: HttpRequest, source: Source, body: bytes) -> HttpResponse:
    headers = {name.lower(): value for name, value in request.headers.items()}
    knock = _knock(request, headers, body)
    if not _is_authentic(knock, source):
        return _unauthorized(knock)
    # After the credential: a stranger must not spend the permits of the real sender
    if rate.is_over(source.pk, source.rate_per_minute):
        text = _("Too many requests for this source.")
        return refusal("too_many_requests", text, 429, {"Retry-After": "60"})
    content_type = headers.get("content-type", "")[:200].replace("\x00", "")
    if request.META.get(UNMEASURED) and not _is_signed(knock, source):
        headers["content-length"] = UNKNOWN
    kept = Request(body, content_type, _kept(headers), remote_address(request))
    delivery_id = store_request(source, kept)
    if delivery_id is None:
        return try_again()
    return _acknowledge(delivery_id, kept)


def _acknowledge(delivery_id: UUID, kept: Request) -> HttpResponse:
    """The row is durable. A body that can never be understood stays too, and that is said at once."""
    try:
        # Kept in English whatever the sender speaks: managers read it in theirs
        with translation.override("en"):
            read_whole(kept.body, kept.content_type, kept.headers)
    except BodyError as error:
        # A worker may have been faster; what it found stands
        Delivery.objects.filter(pk=delivery_id, state=Delivery.State.RECEIVED).update(
            state=Delivery.State.REJECTED, error=str(error), next_attempt_at=None
        )
        return refusal("not_understood", said_again(str(error)), 400, delivery=str(delivery_id))
    wake_often(process_deliveries)
    return JsonResponse({"delivery": str(delivery_id)}, status=202)


def _challenge(request: HttpRequest, source: Source) -> HttpResponse:
    answer = kind_of(source).answer_challenge(request.GET, source)
    if answer is None:
        if "hub.mode" in request.GET:
            return refusal("not_allowed", _("The verify token is not the one of this source."), 403)
        return refusal("not_allowed", _("Send leads with POST."), 405)
    return HttpResponse(answer, content_type="text/plain; charset=utf-8")


def _bounded_body(request: HttpRequest) -> bytes | None:
    """The body, or None where it is too large; read only as far as that takes."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdigit() and int(declared) > settings.WEBHOOK_MAX_BYTES:
        return None
    try:
        # The length may be undeclared or wrong: one byte too many tells, and no more is read
        body = request.read(settings.WEBHOOK_MAX_BYTES + 1)
    except UnreadablePostError as error:
        # Of a sender who is gone: shorter than its length, and told by that
        return getattr(error.__cause__, "partial", b"")
    except RawPostDataException:
        return b""
    return body if len(body) <= settings.WEBHOOK_MAX_BYTES else None


def _knock(request: HttpRequest, headers: Mapping[str, str], body: bytes) -> Knock:
    return Knock(
        method=request.method or "POST",
        # As the sender calls us, which HubSpot signs; behind a proxy the Host header may be another
        url=f"{settings.PUBLIC_URL}{request.get_full_path()}",
        headers=headers,
        query={key: str(value) for key, value in request.GET.items()},
        body=body,
    )


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name: headers[name][:500].replace("\x00", "") for name in KEPT_HEADERS if name in headers}
    # That one came is worth knowing where a sender is set up; what it was must not be stored in clear
    return kept | {name: "•••" for name in SECRET_HEADERS if name in headers}


def _is_authentic(knock: Knock, source: Source) -> bool:
    """By the body as it came; where it was compressed on its way, also by what the sender had signed before."""
    if kind_of(source).is_authentic(knock, source):
        return True
    try:
        plain = unpacked(knock.body, knock.headers)
    except BodyError:
        return False
    return plain is not knock.body and kind_of(source).is_authentic(replace(knock, body=plain), source)


def _is_signed(knock: Knock, source: Source) -> bool:
    """By a signature over the body, which is authentic already, not only by a secret beside it."""
    return kind_of(source).signature_header in knock.headers or has_standard_signature(knock, source)


def _unauthorized(knock: Knock) -> JsonResponse:
    """In words for whoever sets the sender up; a stranger learns nothing from them."""
    if any(name in knock.headers for name in SIGNATURES):
        text = _("The signature is wrong: of another secret, another body, or more than five minutes old.")
    elif "key" in knock.query or any(name in knock.headers for name in SECRET_HEADERS):
        text = _("The credential is wrong: send a secret of this source, as Authorization: Bearer <secret>.")
    else:
        text = _("The credential is missing: the source's page in the admin says how to send it.")
    return refusal("unauthorized", text, 401, {"WWW-Authenticate": "Bearer"})
