"""Any JSON or form: our own contract for developers, and every sender we have no module for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import SourceKind, bound_to_words, with_submission_id


class Generic(SourceKind):
    slug = "generic"
    label: ClassVar[Any] = _("Any JSON or form")
    takes_key_in_address = True

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """Understood by mapping or inference. A signed message's id, or an idempotency key, is the submission's."""
        found = super().parse(tree, source, headers)
        message_id = headers.get("idempotency-key") or headers.get("webhook-id") or ""
        # One message may speak of several people; below, its id counts together with each of them
        if message_id:
            found = [with_submission_id(payload, message_id) for payload in found]
        return [bound_to_words(payload) for payload in found]
