"""Webflow: labels are the keys of `payload.data`; signed with the time."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import Knock, SourceKind, part_of, with_submission_id
from leads.sources.credentials import hmac_hex, is_recent, same


class Webflow(SourceKind):
    slug = "webflow"
    label = "Webflow"
    hint = _("Webhook of form submissions to the address; its signing key is the secret.")
    signature_header = "x-webflow-signature"

    def is_signed(self, knock: Knock, secret: str) -> bool:
        """Over `time:body`; the time in milliseconds."""
        stamp = knock.headers.get("x-webflow-timestamp", "")
        if not is_recent(stamp, in_milliseconds=True):
            return False
        return same(
            knock.headers[self.signature_header], hmac_hex(secret.encode(), f"{stamp}:".encode() + knock.body)
        )

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """Labels are the keys of `data`."""
        payload = part_of(tree, "payload")
        # `name` is the form's: called so, it is not taken for the person's
        form = {"form_name": payload.get("name"), "form_id": payload.get("formId")}
        said = {"payload": form | {"data": payload.get("data")}}
        read = understand_one(said, source.default_country, source.mapping)
        return [with_submission_id(read, payload.get("id"))]
