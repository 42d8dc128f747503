"""Tally: labelled answers, choices by the ids of their options; signed over the raw body."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import Knock, SourceKind, part_of, with_submission_id
from leads.sources.credentials import hmac_base64, same


class Tally(SourceKind):
    slug = "tally"
    label = "Tally"
    hint = _("Endpoint URL: the address. Signing secret: the secret.")
    signature_header = "tally-signature"

    def is_signed(self, knock: Knock, secret: str) -> bool:
        return same(knock.headers[self.signature_header], hmac_base64(secret.encode(), knock.body))

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        data = part_of(tree, "data")
        # Tally's own: left in, one of them may be read as an answer
        ids = ("responseId", "submissionId", "respondentId", "createdAt")
        said = {name: value for name, value in data.items() if name not in ids}
        payload = understand_one({"data": said}, source.default_country, source.mapping)
        return [with_submission_id(payload, data.get("responseId") or tree.get("eventId"))]
