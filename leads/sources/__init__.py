"""Kinds of sources. To add one: write its class, put it into `KINDS`, add a captured body to the tests."""

from leads.models import Source
from leads.sources.base import Knock, NotASubmissionError, SourceKind
from leads.sources.calendly import Calendly
from leads.sources.contact_form_7 import ContactForm7
from leads.sources.elementor import Elementor
from leads.sources.generic import Generic
from leads.sources.google_ads import GoogleAds
from leads.sources.gravity_forms import GravityForms
from leads.sources.hubspot import HubSpot
from leads.sources.jotform import Jotform
from leads.sources.make import Make
from leads.sources.meta import MetaLeadAds
from leads.sources.rd_station import RdStation
from leads.sources.tally import Tally
from leads.sources.typeform import Typeform
from leads.sources.webflow import Webflow
from leads.sources.zapier import Zapier

__all__ = ["KINDS", "Knock", "NotASubmissionError", "SourceKind", "kind_of"]

KINDS: dict[str, SourceKind] = {
    kind.slug: kind()
    for kind in (
        Generic,
        MetaLeadAds,
        GoogleAds,
        RdStation,
        Typeform,
        HubSpot,
        Tally,
        Elementor,
        ContactForm7,
        Jotform,
        Webflow,
        Calendly,
        GravityForms,
        Zapier,
        Make,
    )
}


def kind_of(source: Source) -> SourceKind:
    """The kind of this source; one whose kind is gone is read as generic."""
    return KINDS.get(source.kind, KINDS[Generic.slug])
