"""Twilio's words end here: a webhook's form becomes a typed message or status.

Documented at twilio.com/docs/messaging/guides/webhook-request. Parameters are added without notice,
so that every one of them is kept in `details`, whether this code knows it or not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from leads.identity import phone_key, whatsapp_key

CHANNEL = "whatsapp:"
# E.164 has at most 15 digits; "BR.1502576394655843" and "whatsapp:US.ABC" are no phone
PHONE = re.compile(r"\+?\d{6,15}")
LONGEST_TEXT = 65_536
LONGEST_DETAIL = 8_192
LONGEST_SID = 255
# NumMedia is a claim: "1000000" must not be counted up to. Twilio itself sends ten files at most
MOST_MEDIA = 30
LOCATION = {"Latitude": "latitude", "Longitude": "longitude", "Address": "address", "Label": "label"}
KIND_OF_MEDIA = {"image": "image", "audio": "audio", "video": "video", "application": "document"}


class MalformedPayloadError(ValueError):
    """What every webhook of this kind must carry is missing."""


@dataclass(frozen=True)
class InboundMessage:
    """One message from a client. `sender` is the address as it came: replies go there.

    `phone` is '' for people who hide their number; `external_user_id` then names them. `reply_to` is the
    provider's id of the message that this one answers, `choice` the id of a tapped button or list row,
    `forwarded` 'once' or 'often'. `sent_at` is None for what comes just now.
    """

    sid: str
    sender: str
    recipient: str
    phone: str = ""
    external_user_id: str = ""
    profile_name: str = ""
    kind: str = "text"
    body: str = ""
    media: tuple[dict[str, Any], ...] = ()
    location: dict[str, str] = field(default_factory=dict)
    contacts: Sequence[dict[str, str]] = ()
    reply_to: str = ""
    forwarded: str = ""
    choice: str = ""
    referral: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    sent_at: datetime | None = None

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Self:
        """From a webhook's form; MalformedPayloadError without a message id, a sender and a recipient."""
        # Names are the sender's as well: a parameter called "a\x00" would be refused by PostgreSQL
        details = {clean(name, 200): clean(value, LONGEST_DETAIL) for name, value in form.items()}
        user_id = _user_id(details)
        sender = details.get("From", "") or (CHANNEL + user_id if user_id else "")
        # SmsMessageSid is the older name of the same id (Twilio's guide to webhook requests)
        sid, recipient = _required(details, "MessageSid", "SmsMessageSid"), details.get("To", "")
        if not sender or not recipient:
            raise MalformedPayloadError("From or To is missing")
        media = _media(details)
        return cls(
            sid=sid[:LONGEST_SID],
            sender=sender[:160],
            recipient=recipient[:80],
            # A user id in From does not mean that the number is hidden: WaId may still have it
            phone=phone_in(sender) or phone_in(details.get("WaId", "")),
            external_user_id=user_id,
            profile_name=(details.get("ProfileName") or details.get("Username", ""))[:200],
            kind=_kind(details, media)[:20],
            # From the form and not from `details`, where a long message is cut short
            body=clean(form.get("Body", ""), LONGEST_TEXT) or _chosen(details),
            media=media,
            location={ours: details[theirs] for theirs, ours in LOCATION.items() if details.get(theirs)},
            reply_to=details.get("OriginalRepliedMessageSid", ""),
            forwarded=_forwarded(details),
            choice=details.get("ButtonPayload") or details.get("ListId", ""),
            referral={name: value for name, value in details.items() if _is_referral(name, value)},
            details=details,
        )

    @classmethod
    def listed(
        cls,
        *,
        sid: str,
        sender: str,
        recipient: str,
        body: str,
        has_media: bool,
        sent_at: datetime,
        media: Sequence[dict[str, Any]] = (),
    ) -> Self:
        """From Twilio's list of messages, for what no webhook brought."""
        phone = phone_in(sender)
        return cls(
            sid=sid,
            sender=sender,
            recipient=recipient,
            phone=phone,
            # A list has no parameter for it; the address is all there is
            external_user_id="" if phone else whatsapp_key(sender),
            kind=_kind({}, tuple(media)) if media else "media" if has_media else "text",
            body=clean(body, LONGEST_TEXT),
            media=tuple(media),
            sent_at=sent_at,
        )

    @property
    def context(self) -> dict[str, Any]:
        """What stands around the words, for those who show the message; nothing that is not there."""
        parts = {
            "reply_to": self.reply_to,
            "forwarded": self.forwarded,
            "choice": self.choice,
            "location": self.location,
            "contacts": list(self.contacts),
        }
        return {name: value for name, value in parts.items() if value}

    @property
    def client_key(self) -> str:
        """The folded identity: one for all spellings of a number, the user id where there is no number."""
        return phone_key(self.phone) if self.phone else self.external_user_id or self.sender

    @property
    def is_received(self) -> bool:
        """False for reports of our own messages that somebody pointed at the inbound address."""
        # Absent counts as received: a message that is taken for a report would be lost
        return self.details.get("SmsStatus", "received") in ("received", "receiving")


@dataclass(frozen=True)
class DeliveryStatus:
    """What became of a message of ours, in Twilio's words. `message_id`: our own id of it, if that came back."""

    sid: str
    status: str
    error_code: str = ""
    message_id: UUID | None = None
    sender: str = ""
    recipient: str = ""

    @classmethod
    def parse(cls, form: Mapping[str, str], message_id: UUID | None = None) -> Self:
        return cls(
            sid=_required(form, "MessageSid", "SmsSid")[:LONGEST_SID],
            message_id=message_id,
            # SmsStatus is the older name of the same
            status=clean(_required(form, "MessageStatus", "SmsStatus"), 20).lower(),
            error_code=clean(form.get("ErrorCode", ""), 10),
            sender=clean(form.get("From", ""), 80),
            recipient=clean(form.get("To", ""), 160),
        )


def our_id(text: str) -> UUID | None:
    """As it comes back with a status report: our id of a message, or what somebody put in its place."""
    try:
        return UUID(text)
    except ValueError:
        return None


def clean(text: str, limit: int) -> str:
    """What PostgreSQL can hold: no NUL, no lone surrogate, not endless."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:limit]


def address_of(number: str) -> str:
    """'whatsapp:+5511987654321' from however the number is written; '' where it cannot be one."""
    digits = "".join(filter(str.isdecimal, number))
    # From eight digits on, which leaves out short codes such as 40404; fifteen are E.164's most
    return f"{CHANNEL}+{digits}" if 8 <= len(digits) <= 15 else ""


def text_of(inbound: InboundMessage) -> str:
    names = ", ".join(contact["name"] for contact in inbound.contacts if contact.get("name"))
    return shown(inbound.body or names, inbound.kind, inbound.location)


def shown(body: str, kind: str, location: Mapping[str, str] | None = None) -> str:
    """One line for lists: the words, or what kind of thing it is."""
    place = location and (location.get("label") or location.get("address"))
    return body or place or f"[{kind}]"


def _required(form: Mapping[str, str], *names: str) -> str:
    for name in names:
        if value := form.get(name, "").replace("\x00", ""):
            return value
    raise MalformedPayloadError(f"{names[0]} is missing")


def phone_in(address: str) -> str:
    """'+5511987654321' from 'whatsapp:+55 11…' or a WaId; '' for what is no number."""
    # "+55 (11) 98765-4321" as well as "5511987654321", which is how WaId writes it
    digits = re.sub(r"[\s()-]", "", address.removeprefix(CHANNEL))
    return "+" + digits.lstrip("+") if PHONE.fullmatch(digits) else ""


def _user_id(details: Mapping[str, str]) -> str:
    """The business-scoped user id; Twilio's changelog and live webhooks name the parameter differently."""
    # "BR.1502576394655843": country and id, the same for all numbers of one business
    given = details.get("ExternalUserId") or details.get("ExternalUserIdentifier", "")
    if not given and details.get("From", "") and not phone_in(details["From"]):
        given = details["From"]
    return (whatsapp_key(given) or given.removeprefix(CHANNEL))[:160]


def _media(details: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    try:
        # NumMedia comes empty, too; a word instead of a number is no reason to lose the text beside it
        count = int(details.get("NumMedia", "0") or 0)
    except ValueError:
        count = 0
    return tuple(
        {"url": details[f"MediaUrl{number}"], "content_type": details.get(f"MediaContentType{number}", "")}
        for number in range(min(count, MOST_MEDIA))
        if details.get(f"MediaUrl{number}")
    )


def _kind(details: Mapping[str, str], media: tuple[dict[str, Any], ...]) -> str:
    if given := details.get("MessageType", "").lower():
        return given
    if media:
        # A contact card is text/vcard or text/x-vcard, and would else be shown as a document
        if "vcard" in media[0]["content_type"]:
            return "contacts"
        return KIND_OF_MEDIA.get(media[0]["content_type"].split("/")[0], "document")
    return "location" if details.get("Latitude") else "text"


def _forwarded(details: Mapping[str, str]) -> str:
    if details.get("FrequentlyForwarded", "").lower() == "true":
        return "often"
    return "once" if details.get("Forwarded", "").lower() == "true" else ""


def _chosen(details: Mapping[str, str]) -> str:
    """What a tapped button or list row says, should it come without a body."""
    return details.get("ButtonText") or details.get("ListTitle", "")


def _is_referral(name: str, value: str) -> bool:
    # "ReferralNumMedia": "0" says that the ad had no picture, not that there was an ad
    return name.startswith("Referral") and value not in ("", "0")
