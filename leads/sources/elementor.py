"""Elementor, both shapes of its webhook."""

from django.utils.translation import gettext_lazy as _

from leads.sources.base import SourceKind


class Elementor(SourceKind):
    """Both shapes: labels as keys, or, with advanced data on, `fields[id][type|title|value]`."""

    slug = "elementor"
    label = "Elementor"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True
