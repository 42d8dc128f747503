"""People of a list who give no way to reach them: a lead cannot be made of them, and their words must not be lost."""

from collections.abc import Sequence
from dataclasses import replace

from leads.identity import identities_of
from leads.inference.reading import kept
from leads.inference.splitting import Person
from leads.payload import LeadPayload


def with_unreached(found: Sequence[LeadPayload], people: Sequence[Person]) -> list[LeadPayload]:
    """The same payloads. What is said of somebody without a contact is also in the `extra` of whoever stands before
    them and has one, as somebody's company does; of the first who has, where nobody stands before."""
    extras = {place: dict(one.extra) for place, one in enumerate(found) if identities_of(one)}
    beside = next(iter(extras), None)
    for place, person in enumerate(people):
        if place in extras:
            beside = place
        elif beside is not None:
            extras[beside] |= kept([replace(one, path=f"{place}.{one.path}") for one in person.own])
    return [replace(one, extra=extras.get(place, one.extra)) for place, one in enumerate(found)]
