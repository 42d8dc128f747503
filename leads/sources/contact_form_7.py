"""Contact Form 7: whatever names the author of the form typed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.inference import understand
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import SourceKind, as_object


class ContactForm7(SourceKind):
    slug = "contact_form_7"
    label = "Contact Form 7"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """Names are whatever the author typed; those that begin with `_` are the plugin's own."""
        said = {name: value for name, value in as_object(tree).items() if not name.startswith("_")}
        return understand(said, source.default_country, source.mapping)
