"""Google Ads lead forms: the key stands in the body; ids are 64-bit; test leads come with `is_test`."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.bodies import BodyError, read_body
from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import Knock, SourceKind, as_object, secrets_of, with_submission_id
from leads.sources.credentials import same_as_any


class GoogleAds(SourceKind):
    slug = "google_ads"
    label = "Google Ads"
    hint = _("Webhook URL: the address. Key: the secret.")

    def is_authentic(self, knock: Knock, source: Source) -> bool:
        """Google cannot sign: it repeats the key that was entered beside the webhook's address."""
        key = _key_in(knock)
        return same_as_any(key, secrets_of(source)) if key else super().is_authentic(knock, source)

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        # The key is a secret, and what nobody understands is shown with the lead
        answers = {
            name: value
            for name, value in as_object(tree).items()
            if name not in ("google_key", "api_version", "lead_id")
        }
        payload = understand_one(answers, source.default_country, source.mapping)
        return [with_submission_id(payload, tree.get("lead_id"))]


def _key_in(knock: Knock) -> str:
    try:
        tree = read_body(knock.body, knock.headers.get("content-type", ""))
    except BodyError:
        return ""
    key = tree.get("google_key") if isinstance(tree, dict) else None
    return str(key) if isinstance(key, str | int) else ""
