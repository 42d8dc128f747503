"""Kinds of sources. To add one: write its class, put it into `KINDS`, add a captured body to the tests."""

from leads.models import Source
from leads.sources.base import Knock, NotASubmissionError, SourceKind
from leads.sources.form_builders import (
    Calendly,
    ContactForm7,
    Elementor,
    GravityForms,
    Jotform,
    Tally,
    Webflow,
)
from leads.sources.generic import Generic, Make, Zapier
from leads.sources.google_ads import GoogleAds
from leads.sources.hubspot import HubSpot
from leads.sources.meta import MetaLeadAds
from leads.sources.rd_station import RdStation
from leads.sources.typeform import Typeform

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
