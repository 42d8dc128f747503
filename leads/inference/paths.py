"""Names under which fields are kept: their paths, and each field has one of its own."""

from collections import Counter
from collections.abc import Iterable

from leads.cleaning import LINE_LIMIT, clean_line
from leads.inference.fields import Field

ROOM_FOR_NUMBER = 10


def told_apart(fields: Iterable[Field]) -> dict[str, Field]:
    """Each field by its path. Two answers to questions of one name are `cor` and `cor (2)`.

    Paths are cut here, as storing cuts them later, so that long ones are told apart too.
    """
    kept: dict[str, Field] = {}
    times: Counter[str] = Counter()
    for one in fields:
        path = name = clean_line(one.path, LINE_LIMIT - ROOM_FOR_NUMBER) or "_"
        while name in kept:
            times[path] += 1
            name = f"{path} ({times[path] + 1})"
        kept[name] = one
    return kept
