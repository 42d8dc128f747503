"""Meta's words end here: a Cloud API webhook becomes typed messages and statuses.

One POST may carry several entries, changes, messages and statuses of several numbers. What is not
understood is passed over, never the rest with it. The message is kept whole in `details`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leads import clock
from leads.identity import whatsapp_key
from whatsapp.payloads import (
    CHANNEL,
    LONGEST_DETAIL,
    LONGEST_SID,
    LONGEST_TEXT,
    DeliveryStatus,
    InboundMessage,
    clean,
    our_id,
    phone_in,
)

FILES = ("image", "audio", "video", "document", "sticker")
# No words to answer: a smile at a message of ours, a change of number, a chat that was opened
NOT_MESSAGES = ("reaction", "system", "request_welcome")
REFERRAL = {
    "source_url": "ReferralSourceUrl",
    "source_type": "ReferralSourceType",
    "source_id": "ReferralSourceId",
    "headline": "ReferralHeadline",
    "body": "ReferralBody",
    "media_type": "ReferralMediaContentType",
    "image_url": "ReferralMediaUrl",
    "ctwa_clid": "ReferralCtwaClid",
}
# A voice note that was listened to has been read as well
STATUSES = {"played": "read", "deleted": "failed"}


@dataclass(frozen=True)
class Change:
    """What one webhook says of one number of ours."""

    phone_number_id: str
    value: Mapping[str, Any]

    def messages(self, recipient: str) -> list[InboundMessage]:
        """Of clients, to `recipient`, our line's address; in the order given."""
        people = [one for one in _list(self.value, "contacts") if isinstance(one, dict)]
        given = (one for one in _list(self.value, "messages") if isinstance(one, dict))
        found = (_message(one, people, recipient) for one in given)
        return [message for message in found if message is not None]

    def statuses(self) -> list[DeliveryStatus]:
        """Of messages of ours, in the order given."""
        given = (one for one in _list(self.value, "statuses") if isinstance(one, dict))
        return [status for one in given if (status := _status(one))]


def changes_in(body: Any) -> Iterator[Change]:
    """Those of `messages` of every entry; other kinds of webhook say nothing to us."""
    for entry in _list(body, "entry"):
        for change in _list(entry, "changes"):
            value = change.get("value") if isinstance(change, dict) else None
            # An app gets every field that it subscribed to, such as template reviews, at this one address
            if isinstance(value, dict) and change.get("field") == "messages":
                yield Change(_text(_dict(value, "metadata"), "phone_number_id"), value)


def _message(
    given: Mapping[str, Any], people: Sequence[Mapping[str, Any]], recipient: str
) -> InboundMessage | None:
    """None: no message of a person, or without an id or a sender."""
    person = _person(given, people)
    phone = phone_in(_text(given, "from")) or phone_in(_text(person, "wa_id"))
    user_id = whatsapp_key(_text(given, "from_user_id") or _text(person, "user_id"))
    sid, kind = _text(given, "id"), _text(given, "type", 20) or "unsupported"
    # Without an id it could not be told from its own repetition
    if not sid or not (phone or user_id) or kind in NOT_MESSAGES:
        return None
    context = _dict(given, "context")
    choice = _choice(given)
    return InboundMessage(
        sid=sid[:LONGEST_SID],
        # The form of Twilio's addresses: one client is one address, whichever wire a line uses
        sender=CHANNEL + (phone or user_id),
        recipient=recipient,
        phone=phone,
        external_user_id=user_id,
        profile_name=_text(_dict(person, "profile"), "name", 200),
        kind=kind,
        body=_body(given, kind, choice),
        media=_media(given, kind),
        location={name: _text(_dict(given, "location"), theirs) for name, theirs in _places(given)},
        contacts=tuple(_contact(one) for one in _list(given, "contacts") if isinstance(one, dict)),
        reply_to=_text(context, "id"),
        forwarded="often"
        if context.get("frequently_forwarded")
        else "once"
        if context.get("forwarded")
        else "",
        choice=_text(choice, "id") or _text(choice, "payload"),
        referral=_referral(_dict(given, "referral")),
        # As one text under one name: Meta's own `context` would else stand where ours does
        details={"Message": clean(json.dumps(given, ensure_ascii=False), LONGEST_DETAIL)},
        sent_at=_sent_at(given),
    )


def _sent_at(given: Mapping[str, Any]) -> datetime | None:
    """When the client wrote: Meta may bring it late, but nobody writes in the future. None: it is not said."""
    try:
        seconds = int(_text(given, "timestamp", 20))
        # A time ahead of our clock would keep the 24-hour window open longer than WhatsApp does
        return min(datetime.fromtimestamp(seconds, UTC), clock.now()) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _person(given: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Who wrote it, among the contacts that came along."""
    sender, user_id = _text(given, "from"), _text(given, "from_user_id")
    for person in people:
        if (sender and _text(person, "wa_id") == sender) or (user_id and _text(person, "user_id") == user_id):
            return person
    # With two or more a wrong guess would put one client's name on another's words
    return people[0] if len(people) == 1 else {}


def _choice(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tapped button of a template, or the button or row of an interactive message."""
    interactive = _dict(given, "interactive")
    return _dict(given, "button") or _dict(interactive, "button_reply") or _dict(interactive, "list_reply")


def _body(given: Mapping[str, Any], kind: str, choice: Mapping[str, Any]) -> str:
    words = _text(_dict(given, "text"), "body", LONGEST_TEXT) or _text(
        _dict(given, kind), "caption", LONGEST_TEXT
    )
    # "nfm": the answer to a form that was filled in within the chat (WhatsApp Flows)
    form = _dict(_dict(given, "interactive"), "nfm_reply")
    return words or _text(choice, "text") or _text(choice, "title") or _text(form, "body")


def _media(given: Mapping[str, Any], kind: str) -> tuple[dict[str, Any], ...]:
    file = _dict(given, kind) if kind in FILES else {}
    if not file.get("id"):
        return ()
    # "audio/ogg; codecs=opus" of a voice note is audio/ogg to everybody else
    item = {"url": "", "id": _text(file, "id"), "content_type": _text(file, "mime_type").partition(";")[0]}
    return (item | ({"filename": name} if (name := _text(file, "filename", 200)) else {}),)


def _places(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    location = _dict(given, "location")
    names = {"latitude": "latitude", "longitude": "longitude", "address": "address", "label": "name"}
    return ((ours, theirs) for ours, theirs in names.items() if _text(location, theirs))


def _contact(given: Mapping[str, Any]) -> dict[str, str]:
    phones = (_text(one, "phone") for one in _list(given, "phones") if isinstance(one, dict))
    return {
        "name": _text(_dict(given, "name"), "formatted_name", 200),
        "phones": ", ".join(phone for phone in phones if phone),
    }


def _referral(given: Mapping[str, Any]) -> dict[str, str]:
    """Under the names that the rest of the program knows from Twilio."""
    return {ours: value for theirs, ours in REFERRAL.items() if (value := _text(given, theirs))}


def _status(given: Mapping[str, Any]) -> DeliveryStatus | None:
    word, sid = _text(given, "status", 20).lower(), _text(given, "id")
    errors = [one for one in _list(given, "errors") if isinstance(one, dict)]
    if not sid or not word:
        return None
    return DeliveryStatus(
        sid=sid[:LONGEST_SID],
        status=STATUSES.get(word, word),
        error_code=_text(errors[0], "code", 10) if errors else "",
        recipient=_text(given, "recipient_id", 160),
        message_id=our_id(_text(given, "biz_opaque_callback_data")),
    )


def _text(given: Any, name: str, limit: int = LONGEST_DETAIL) -> str:
    value = given.get(name) if isinstance(given, dict) else None
    # Codes and coordinates are numbers in Meta's JSON, ids are text
    return clean(str(value), limit) if isinstance(value, str | int | float) else ""


def _dict(given: Any, name: str) -> dict[str, Any]:
    value = given.get(name) if isinstance(given, dict) else None
    return value if isinstance(value, dict) else {}


def _list(given: Any, name: str) -> list[Any]:
    value = given.get(name) if isinstance(given, dict) else None
    return value if isinstance(value, list) else []
