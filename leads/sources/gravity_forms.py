"""Gravity Forms: fields and parts of names are numbers."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import SourceKind, as_object, bound_to_words, with_submission_id


class GravityForms(SourceKind):
    """Field ids are numbers; the parts of a name are `1.3` and `1.6`."""

    slug = "gravity_forms"
    label = "Gravity Forms"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        entry = as_object(as_object(tree).get("entry", tree))
        said = {
            name: value for name, value in entry.items() if name not in ("id", "entry_id", "user_agent", "ip")
        }
        read = understand_one(said, source.default_country, source.mapping)
        number = entry.get("id") or entry.get("entry_id")
        return [
            bound_to_words(with_submission_id(read, f"{entry.get('form_id', '')}/{number}" if number else ""))
        ]
