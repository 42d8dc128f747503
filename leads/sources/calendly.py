"""Calendly: somebody booked; those who are visited are not the lead."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import Knock, NotASubmissionError, SourceKind, part_of, with_submission_id
from leads.sources.credentials import hmac_hex, is_recent, same


class Calendly(SourceKind):
    slug = "calendly"
    label = "Calendly"
    hint = _("Webhook subscription for invitee.created; its signing key is the secret.")
    signature_header = "calendly-webhook-signature"

    def is_signed(self, knock: Knock, secret: str) -> bool:
        """`t=…,v1=…` over `t.body`."""
        parts = dict(
            part.strip().partition("=")[::2] for part in knock.headers[self.signature_header].split(",")
        )
        stamp = parts.get("t", "")
        signed = f"{stamp}.".encode() + knock.body
        return is_recent(stamp) and same(parts.get("v1", ""), hmac_hex(secret.encode(), signed))

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """A person who booked. Rescheduling books again; a cancellation alone makes no lead."""
        payload = part_of(tree, "payload")
        if tree.get("event", "invitee.created") != "invitee.created":
            raise NotASubmissionError(_("Nobody booked anything in this event."))
        # Its `event_memberships` are those who are visited: no name or e-mail of theirs may become the lead's
        event = payload.get("scheduled_event")
        said = {name: value for name, value in payload.items() if name not in ("scheduled_event", "uri")}
        said["scheduled"] = (
            {key: event[key] for key in ("name", "start_time") if key in event}
            if isinstance(event, dict)
            else {}
        )
        read = understand_one({"payload": said}, source.default_country, source.mapping)
        return [with_submission_id(read, payload.get("uri"))]
