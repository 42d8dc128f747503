"""Mapping by example: what a payload would make, and keeping the mapping that a manager accepts."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads.bodies import BodyError, read_body
from leads.errors import InvalidError
from leads.identity import identities_of
from leads.inference.fields import Field
from leads.inference.mapping import TARGETS
from leads.inference.reading import Understanding, explain_fields
from leads.inference.splitting import people_in
from leads.models import MappingVersion, Source, User
from leads.payload import LeadPayload
from leads.scoring import Classification, classify
from leads.services.intake import facts_of, scoring_profile


@dataclass(frozen=True)
class Proposal:
    """`mapping` is our field → path; `fields` is everything that the example holds."""

    mapping: dict[str, str | list[str]]
    payload: LeadPayload
    classification: Classification
    fields: list[Field]

    @property
    def is_reachable(self) -> bool:
        return bool(identities_of(self.payload))


def propose_mapping(*, source: Source, body: bytes, content_type: str = "") -> Proposal:
    """Infer a mapping from one example, the saved mapping first. InvalidError where it cannot be read.

    `content_type` is what the example came with, if anything: something else may have been pasted over it.
    """
    tree = _tree_of(body, content_type)
    # A mapping is of one person; the others of the example have the same shape
    fields = people_in(tree)[0].fields
    found = explain_fields(fields, source.default_country, source.mapping)
    classification = classify(facts_of(found.payload, source), scoring_profile())
    return Proposal(_mapping_of(found), found.payload, classification, fields)


def can_be_read(body: bytes, content_type: str = "") -> bool:
    try:
        _tree_of(body, content_type)
    except InvalidError:
        return False
    return True


def _tree_of(body: bytes, content_type: str) -> Any:
    for kind in (content_type, ""):
        try:
            return read_body(body, kind)
        except BodyError:
            continue
    raise InvalidError(_("The example is neither JSON nor a form."))


@transaction.atomic
def save_mapping(*, source: Source, mapping: dict[str, Any], user: User) -> MappingVersion:
    """Make `mapping` the source's next version; an empty one leaves everything to inference."""
    clean = check_mapping(mapping)
    # Of two managers who save at once, each gets a version of their own
    locked = Source.objects.select_for_update().get(pk=source.pk)
    locked.mapping, locked.mapping_version = clean, locked.mapping_version + 1
    locked.save(update_fields=["mapping", "mapping_version"])
    source.mapping, source.mapping_version = clean, locked.mapping_version
    return MappingVersion.objects.create(
        source=source, version=locked.mapping_version, mapping=clean, user=user
    )


def check_mapping(mapping: Any) -> dict[str, Any]:
    """{our field: path or list of paths}, empty ones left out. InvalidError for anything else."""
    if not isinstance(mapping, dict):
        raise InvalidError(_("A mapping is an object: our field to a path."))
    unknown = sorted(set(mapping) - set(TARGETS))
    if unknown:
        raise InvalidError(_("These are no fields of a lead: %(names)s") % {"names": ", ".join(unknown)})
    wrong = sorted(name for name, paths in mapping.items() if not _are_paths(paths))
    if wrong:
        raise InvalidError(_("A path is text, or a list of texts: %(names)s") % {"names": ", ".join(wrong)})
    return {name: paths for name, paths in mapping.items() if paths}


def _are_paths(paths: Any) -> bool:
    return isinstance(paths, str) or (isinstance(paths, list) and all(isinstance(one, str) for one in paths))


def _mapping_of(found: Understanding) -> dict[str, str | list[str]]:
    """Only what holds for other payloads of the same shape: fields of the person and of the wish."""
    return {
        target: paths[0] if len(paths) == 1 else paths
        for target, paths in found.paths.items()
        if target in TARGETS and all(paths)
    }
