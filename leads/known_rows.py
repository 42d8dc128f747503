"""Rows of settings as a process knows them, so that a webhook need not read its source or line first.

What is known carries the version of its row. The statement that stores the webhook stores nothing where
the row has another version by now (`IS_UNCHANGED`), and the caller looks the row up anew: a change made
anywhere is in force at once. Trust a refusal only from a row just read.
"""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)
# Two updates in one transaction share an `xmin`; the place in the table (`ctid`) tells them apart
_VERSION = "xmin::text || ctid::text"
IS_UNCHANGED = f"{_VERSION} = %(version)s AND is_active"


class KnownRows(Generic[Row]):
    """The active rows of one table, by a column that tells them apart."""

    def __init__(
        self, model: type[Row], column: str, remembers: Callable[[Row], bool] = lambda row: True
    ) -> None:
        self.model = model
        self.remembers = remembers
        self._seen: dict[str, Row] = {}
        self._find = (
            f"SELECT *, {_VERSION} AS row_version FROM {model._meta.db_table}"  # noqa: S608 - our own names
            f" WHERE {column} = %s AND is_active"
        )

    def readings_of(self, key: str) -> Iterator[Row | None]:
        """The row as known, if it is, then as it stands (None: there is none)."""
        if known := self._seen.get(key):
            yield known
        fresh = next(iter(self.model._default_manager.raw(self._find, [key])), None)
        if fresh is not None and self.remembers(fresh):
            self._seen[key] = fresh
        else:
            self._seen.pop(key, None)
        yield fresh


def version_of(row: Model) -> str:
    """The version of the row that `row` was read from; '' for one that was read elsewhere."""
    return str(vars(row).get("row_version", ""))
