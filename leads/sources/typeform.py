"""Typeform: answers refer to questions by id; an unanswered question is simply absent."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import Knock, NotASubmissionError, SourceKind, with_submission_id
from leads.sources.credentials import hmac_base64, same


class Typeform(SourceKind):
    slug = "typeform"
    label = "Typeform"
    hint = _("Webhook URL: the address. Secret: the same text in both places.")
    signature_header = "typeform-signature"

    def is_signed(self, knock: Knock, secret: str) -> bool:
        given = knock.headers[self.signature_header].removeprefix("sha256=")
        return same(given, hmac_base64(secret.encode(), knock.body))

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """One submission. A partial response counts apart from the whole one that may follow."""
        response = tree.get("form_response") if isinstance(tree, dict) else None
        if not isinstance(response, dict):
            raise NotASubmissionError(_("This is no form response."))
        said = {
            name: value for name, value in response.items() if name not in ("token", "variables", "ending")
        }
        token = response.get("token") or tree.get("event_id")
        suffix = ":partial" if tree.get("event_type") == "form_response_partial" else ""
        payload = understand_one({"form_response": said}, source.default_country, source.mapping)
        # Whole and partial response have one token: without the suffix, the whole one would be a repetition
        return [with_submission_id(_without_definition(payload), f"{token}{suffix}" if token else "")]


def _without_definition(payload: LeadPayload) -> LeadPayload:
    """The questions are known from the answers' labels; the form's own plan is nothing the person said."""
    for path in [path for path in payload.extra if path.startswith("form_response.definition")]:
        del payload.extra[path]
    return payload
