"""Kinds of sources, one module each. To add one: write its module and put its class into `KINDS`."""

from leads.models import Source
from leads.sources.base import Knock, SourceKind
from leads.sources.generic import Generic

__all__ = ["KINDS", "Knock", "SourceKind", "kind_of"]

KINDS: dict[str, SourceKind] = {kind.slug: kind() for kind in (Generic,)}


def kind_of(source: Source) -> SourceKind:
    """The kind of this source; one whose kind is gone is read as generic."""
    return KINDS.get(source.kind, KINDS[Generic.slug])
