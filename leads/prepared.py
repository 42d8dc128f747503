"""Rows written and read by statements that are composed once per process and planned once per connection.

Django composes the statement of each `save()` and each query anew, which takes longer than PostgreSQL takes
for the row. For what every change of a lead and every message does, that is most of its cost.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from django.db import connection, connections
from django.db.models import Field, Model

from leads import one_trip
from leads.fields import ChangedInField, CurrentTransaction

Column: TypeAlias = "Field[Any, Any]"
Reader: TypeAlias = Callable[[Any, Any], Any]
Told: TypeAlias = tuple[tuple[str, str], ...]
Changes: TypeAlias = tuple[tuple[type[Model], tuple[str, ...]], ...]
Row = TypeVar("Row", bound=Model)
Other = TypeVar("Other", bound=Model)


def insert(row: Model) -> None:
    """Save a new row as `save(force_insert=True)` does; where the database gives the key, the row has it then."""
    values = inserted_values(row)
    # Not repeatable: where the connection breaks after the first was durable, there would be two rows
    is_saved(row, one_trip.ask(insert_statement(type(row)), values, is_repeatable=False))


def insert_unless_there(row: Model, *names: str) -> bool:
    """As `insert`; False, and nothing written, where another row has the same in these fields, which are unique."""
    columns = ", ".join(f'"{field.column}"' for field in _named_fields(type(row), names))
    unless = f"ON CONFLICT ({columns}) DO NOTHING"
    statement = f"{_insertion(type(row))} {unless} {_returning_key(type(row))}"
    key = one_trip.ask(statement, inserted_values(row), is_repeatable=False)
    row._state.adding, row._state.db = key is None, connection.alias
    return key is not None


def update(row: Model, names: Sequence[str]) -> None:
    """Save these fields of a row that is there, as `save(update_fields=names)` does."""
    one_trip.execute(update_statement(type(row), tuple(names)), updated_values(row, tuple(names)))


def find(model: type[Row], *, is_locked: bool = False, **values: Any) -> Row | None:
    """The row whose columns have these values, which tell it apart; `is_locked`: held until the commit."""
    return next(iter(rows(model, _condition(model, tuple(values), is_locked), list(values.values()))), None)


def rows(model: type[Row], condition: str, values: Sequence[Any]) -> list[Row]:
    """The rows of which `condition` holds; in it, the table is called `own`."""
    return [_made(model, row) for row in one_trip.read_rows(_select_statement(model, condition), values)]


def rows_beside(
    model: type[Row], columns: str, condition: str, values: Sequence[Any], *, source: str = ""
) -> list[tuple[Row, tuple[Any, ...]]]:
    """As `rows`, each with `columns`, which may be of what `source` joins to the table."""
    own = len(model._meta.concrete_fields)
    found = one_trip.read_rows(_select_statement(model, condition, f", {columns}", source), values)
    return [(_made(model, row[:own]), row[own:]) for row in found]


def find_with(
    model: type[Row], other: type[Other], name: str, *, is_locked: bool = False, **values: Any
) -> tuple[Row, Other] | None:
    """As `find`, with the row of `other` that the field `name` always points at, and never at another; that one is
    not held."""
    condition = _condition(model, tuple(values), is_locked) + (" OF own" if is_locked else "")
    return next(iter(rows_with(model, other, name, condition, list(values.values()))), None)


def rows_with(
    model: type[Row], other: type[Other], name: str, condition: str, values: Sequence[Any]
) -> list[tuple[Row, Other]]:
    """As `rows`, each with the row of `other` that the field `name` points at."""
    columns, join = _beside(model, other, name)
    found = rows_beside(model, columns, condition, values, source=join)
    return [(row, _made(other, rest)) for row, rest in found]


def _made(model: type[Row], values: Sequence[Any]) -> Row:
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, _converted(model, values))


def _converted(model: type[Model], values: Sequence[Any]) -> list[Any]:
    converted = list(values)
    for place, convert in _converters(model):
        converted[place] = convert(converted[place], None, connection)
    return converted


def write_together(new: Sequence[Model], changed: Model, names: Sequence[str]) -> None:
    """Save new rows as `insert` does and these fields of one that is there as `update` does, in one statement:
    the locks that the caller holds are held for one trip instead of several. Within a transaction only."""
    kinds = tuple(type(row) for row in new)
    values = [value for row in new for value in inserted_values(row)] + updated_values(changed, tuple(names))
    keys = one_trip.read_row(_joint_statement(kinds, ((type(changed), tuple(names)),)), values)
    for row, key in zip(new, keys or (), strict=True):
        is_saved(row, key)


def update_together(*changed: tuple[Model, Sequence[str]]) -> None:
    """Save these fields of several rows as `update` does, in one statement; each row once."""
    values = [value for row, names in changed for value in updated_values(row, tuple(names))]
    one_trip.execute(_joint_statement((), tuple((type(row), tuple(names)) for row, names in changed)), values)


def is_saved(row: Model, key: Any) -> None:
    """Leave a new row as Django leaves one that it saved, so that a later `save()` is an UPDATE."""
    row.pk, row._state.adding, row._state.db = key, False, connection.alias


def inserted_values(row: Model, told: Told = ()) -> list[Any]:
    """What `insert_statement` asks for."""
    alive = connections[connection.alias]
    return [read(row, alive) for read in _readers(type(row), None, told)]


def updated_values(row: Model, names: tuple[str, ...], told: Told = ()) -> list[Any]:
    """What `update_statement` asks for."""
    alive = connections[connection.alias]
    return [*(read(row, alive) for read in _readers(type(row), names, told)), row.pk]


@cache
def _readers(model: type[Model], names: tuple[str, ...] | None, told: Told) -> list[Reader]:
    fields = _inserted_fields(model) if names is None else _named_fields(model, names)
    return [_reader(field, is_new=names is None) for field in fields if "%s" in _placeholder(field, told)]


def _reader(field: Column, *, is_new: bool) -> Reader:
    """As Django finds a value at each save; which field of a chain of relations converts it is found once."""
    last: Any = field
    while last.remote_field:
        last = last.target_field
    # Whatever is not Django's own may look at the row: times that are set when it is saved
    if type(field).pre_save is Field.pre_save:
        attribute = attrgetter(field.attname)
        return lambda row, alive: last.get_db_prep_save(attribute(row), alive)
    return lambda row, alive: last.get_db_prep_save(field.pre_save(row, is_new), alive)


def _placeholder(field: Column, told: Told) -> str:
    """A value from here, or what PostgreSQL is asked within the statement."""
    known = dict(told)
    if field.name in known:
        return known[field.name]
    return CurrentTransaction.template if isinstance(field, ChangedInField) else "%s"


@cache
def _inserted_fields(model: type[Model]) -> list[Column]:
    """All columns but a key that the database counts."""
    return [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]


@cache
def _named_fields(model: type[Model], names: tuple[str, ...]) -> list[Column]:
    return [model._meta.get_field(name) for name in names]  # type: ignore[misc]  # relations are not asked for


@cache
def insert_statement(model: type[Model], told: Told = (), origin: str = "") -> str:
    """Answers the key. Within a larger statement, `told` are the fields that are SQL over its part `origin`, and
    as many rows are inserted as that part has; each `%s` in them is the row's own value."""
    return f"{_insertion(model, told, origin)} {_returning_key(model)}"


def _insertion(model: type[Model], told: Told = (), origin: str = "") -> str:
    fields = _inserted_fields(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_placeholder(field, told) for field in fields)
    rows = f"SELECT {values} FROM {origin}" if origin else f"VALUES ({values})"  # noqa: S608 - our own names
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) {rows}'


def _returning_key(model: type[Model]) -> str:
    return f'RETURNING "{model._meta.pk.column}"'


@cache
def update_statement(model: type[Model], names: tuple[str, ...], told: Told = (), origin: str = "") -> str:
    """`told` and `origin`: as with `insert_statement`."""
    fields, meta = _named_fields(model, names), model._meta
    changes = ", ".join(f'"{field.column}" = {_placeholder(field, told)}' for field in fields)
    beside = f" FROM {origin}" if origin else ""
    return f'UPDATE "{meta.db_table}" AS own SET {changes}{beside} WHERE own."{meta.pk.column}" = %s'  # noqa: S608


@cache
def _condition(model: type[Model], names: tuple[str, ...], is_locked: bool) -> str:
    same = " AND ".join(f'own."{field.column}" = %s' for field in _named_fields(model, names))
    return same + (" FOR UPDATE" if is_locked else "")


@cache
def _select_statement(model: type[Model], condition: str, beside: str = "", source: str = "") -> str:
    columns = ", ".join(f'own."{field.column}"' for field in model._meta.concrete_fields)
    return f'SELECT {columns}{beside} FROM "{model._meta.db_table}" AS own {source} WHERE {condition}'  # noqa: S608


@cache
def _beside(model: type[Model], other: type[Model], name: str) -> tuple[str, str]:
    """The columns of `other`, and the join that finds it."""
    columns = ", ".join(f'beside."{field.column}"' for field in other._meta.concrete_fields)
    (link,), key = _named_fields(model, (name,)), other._meta.pk.column
    return columns, f'JOIN "{other._meta.db_table}" AS beside ON beside."{key}" = own."{link.column}"'


@cache
def _converters(model: type[Model]) -> list[tuple[int, Callable[..., Any]]]:
    """Of the columns whose values PostgreSQL's adapter leaves to Django: JSON, and what is encrypted."""
    return [
        (place, convert)
        for place, field in enumerate(model._meta.concrete_fields)
        for convert in field.get_db_converters(connection)
    ]


@cache
def _joint_statement(kinds: tuple[type[Model], ...], changed: Changes) -> str:
    """The key of each new row, in order."""
    # PostgreSQL leaves it open which of two writes to one row
    # of a statement counts: here each row is written once
    parts = [f"new{place} AS ({insert_statement(kind)})" for place, kind in enumerate(kinds)]
    parts += [f"changed{place} AS ({update_statement(*one)})" for place, one in enumerate(changed)]
    keys = ", ".join(f'(SELECT "{kind._meta.pk.column}" FROM new{place})' for place, kind in enumerate(kinds))  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT {keys}"
