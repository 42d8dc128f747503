"""Web push to every browser that somebody asked to be told in.

Two pushes of one notice replace each other, on the way (`Topic`) and in the browser (`tag`).
"""

import json
import time
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from py_vapid import VapidException

from agent import push_keys
from agent.channels.base import Channel, Outcome
from agent.models import Notification, PushSubscription
from leads.models import User
from leads.notice_words import address_of
from leads.outbound.wire import FORBIDDEN, Answer, post

NO_DEVICE = "no_device"
# Half a day: who opens the laptop in the evening is still told. RFC 8292 2 allows a signature 24 hours
LIFETIME_SECONDS = 12 * 60 * 60
LONGEST_TEXT = 600
# RFC 8030 7.3 answers 404 for a subscription that is no more; push services say 410 as well
GONE = (404, 410)
# Not of this push: the service is busy, or has trouble of its own.
TRY_LATER = (408, 425, 429)
# From here on it is the service's own trouble (RFC 9110 15.6)
SERVER_ERROR = 500
NOT_OURS_TO_SEND = 400


def carry(notification: Notification) -> Outcome:
    """One accepted push is enough; a device that has gone for good is forgotten."""
    devices = PushSubscription.objects.filter(user=notification.notice.user).order_by("pk")
    answers = [_push(device, notification) for device in devices]
    # Before those that wait: another try would go once more to the browsers that have it
    if any(answer.is_success for answer in answers):
        return Outcome.sent()
    waiting = [answer for answer in answers if _is_worth_another_try(answer)]
    if waiting:
        return Outcome.later(waiting[0].error)
    lasting = [answer for answer in answers if answer.status not in GONE]
    return Outcome.failed(lasting[0].error if lasting else NO_DEVICE)


def _push(device: PushSubscription, notification: Notification) -> Answer:
    answer = _send(device, notification)
    if answer.status in GONE:
        device.delete()
        return answer
    device.last_error = answer.error
    if answer.is_success:
        device.last_sent_at = timezone.now()
    device.save(update_fields=["last_error", "last_sent_at"])
    return answer


def _send(device: PushSubscription, notification: Notification) -> Answer:
    # Here, for it brings an HTTP library of its own along, which takes long to load and does nothing here
    from pywebpush import WebPusher, WebPushException  # noqa: PLC0415

    keys = {"p256dh": device.p256dh, "auth": device.auth}
    try:
        pusher = WebPusher({"endpoint": device.endpoint, "keys": keys})
        body = pusher.encode(json.dumps(payload_of(notification)).encode())["body"]
        headers = _headers(device.endpoint, notification)
    except (WebPushException, VapidException, ValueError) as error:
        # A key that the browser gave and that is none: no later try makes it one
        return Answer(NOT_OURS_TO_SEND, f"{type(error).__name__}: {error}"[:300])
    return post(device.endpoint, body, headers)


def _headers(endpoint: str, notification: Notification) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {
        # The origin alone (RFC 8292 2): a signature for another audience is refused
        "aud": f"{parts.scheme}://{parts.netloc}",
        "sub": push_keys.subject(),
        "exp": int(time.time()) + LIFETIME_SECONDS,
    }
    return {
        **push_keys.signing_key().sign(claims),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LIFETIME_SECONDS),
        # At most 32 characters of base64url (RFC 8030 5.4)
        "Topic": f"notice-{notification.notice_id}",
        # Delivered also to a phone that saves its battery (RFC 8030 5.3): a lead waits
        "Urgency": "high",
    }


def payload_of(notification: Notification) -> dict[str, Any]:
    """What the service worker is given: short, for a push may hold some 4,000 bytes."""
    notice = notification.notice
    return {
        "title": notification.title,
        "body": notification.body.removesuffix(address_of(notice)).strip()[:LONGEST_TEXT],
        "tag": f"notice-{notice.pk}",
        "url": urlsplit(address_of(notice)).path or "/",
    }


def _is_worth_another_try(answer: Answer) -> bool:
    """Nobody answered, or a trouble that passes. A forbidden address stays forbidden."""
    if answer.status is None:
        return answer.error != FORBIDDEN
    return answer.status in TRY_LATER or answer.status >= SERVER_ERROR


def reaches(user: User) -> bool:
    return PushSubscription.objects.filter(user=user).exists()


CHANNEL = Channel("by_push", reaches, carry, may_repeat=True)
