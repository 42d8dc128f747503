"""Rows written and read by statements that are composed once per process and planned once per connection.

Django composes the statement of each `save()` and each query anew, which takes longer than PostgreSQL takes
for the row. For what every change of a lead and every message does, that is most of its cost.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import Field, Model

from leads import one_trip
from leads.fields import ChangedInField, CurrentTransaction

Column: TypeAlias = "Field[Any, Any]"
Row = TypeVar("Row", bound=Model)


def insert(row: Model) -> None:
    """Save a new row as `save(force_insert=True)` does; where the database gives the key, the row has it then."""
    fields = _inserted_fields(type(row))
    values = [_value(field, row, is_new=True) for field in fields if _is_given(field)]
    # Not repeatable: where the connection breaks after the first was durable, there would be two rows
    row.pk = one_trip.ask(_insert_statement(type(row)), values, is_repeatable=False)
    # As Django leaves a saved row, so that a later `save()` is an UPDATE
    row._state.adding, row._state.db = False, connection.alias


def insert_unless_there(row: Model) -> bool:
    """As `insert`; False, and nothing written, where a unique column has the value already."""
    fields = _inserted_fields(type(row))
    values = [_value(field, row, is_new=True) for field in fields if _is_given(field)]
    statement = _insert_statement(type(row), is_lenient=True)
    key = one_trip.ask(statement, values, is_repeatable=False)
    row._state.adding, row._state.db = key is None, connection.alias
    return key is not None


def update(row: Model, names: Sequence[str]) -> None:
    """Save these fields of a row that is there, as `save(update_fields=names)` does."""
    fields = _named_fields(type(row), tuple(names))
    values = [_value(field, row, is_new=False) for field in fields if _is_given(field)]
    one_trip.execute(_update_statement(type(row), tuple(names)), [*values, row.pk])


def find(model: type[Row], *, is_locked: bool = False, **values: Any) -> Row | None:
    """The row whose columns have these values, which tell it apart; `is_locked`: held until the commit."""
    return next(iter(rows(model, _condition(model, tuple(values), is_locked), list(values.values()))), None)


def rows(model: type[Row], condition: str, values: Sequence[Any]) -> list[Row]:
    """The rows of which `condition` holds; in it, the table is called `own`."""
    names = [field.attname for field in model._meta.concrete_fields]
    found = one_trip.read_rows(_select_statement(model, condition), values)
    return [model.from_db(connection.alias, names, _converted(model, row)) for row in found]


def _converted(model: type[Model], values: Sequence[Any]) -> list[Any]:
    converted = list(values)
    for place, convert in _converters(model):
        converted[place] = convert(converted[place], None, connection)
    return converted


def write_together(new: Sequence[Model], changed: Model, names: Sequence[str]) -> None:
    """Save new rows as `insert` does and these fields of one that is there as `update` does, in one statement:
    the locks that the caller holds are held for one trip instead of several. Within a transaction only."""
    kinds = tuple(type(row) for row in new)
    values = [value for row in new for value in _given_values(_inserted_fields(type(row)), row, is_new=True)]
    values += _given_values(_named_fields(type(changed), tuple(names)), changed, is_new=False)
    keys = one_trip.read_row(_joint_statement(kinds, type(changed), tuple(names)), [*values, changed.pk])
    for row, key in zip(new, keys or (), strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias


def _given_values(fields: Sequence[Column], row: Model, *, is_new: bool) -> list[Any]:
    return [_value(field, row, is_new=is_new) for field in fields if _is_given(field)]


def _is_given(field: Column) -> bool:
    """Whether the value comes from here; the other kind is asked of PostgreSQL within the statement."""
    return not isinstance(field, ChangedInField)


def _value(field: Column, row: Model, *, is_new: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, is_new), connection)


def _placeholder(field: Column) -> str:
    return "%s" if _is_given(field) else CurrentTransaction.template


@cache
def _inserted_fields(model: type[Model]) -> list[Column]:
    """All columns but a key that the database counts."""
    return [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]


@cache
def _named_fields(model: type[Model], names: tuple[str, ...]) -> list[Column]:
    return [model._meta.get_field(name) for name in names]  # type: ignore[misc]  # relations are not asked for


@cache
def _insert_statement(model: type[Model], is_lenient: bool = False) -> str:
    fields = _inserted_fields(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(map(_placeholder, fields))
    table, key = model._meta.db_table, model._meta.pk.column
    written = f'INSERT INTO "{table}" ({columns}) VALUES ({values})'  # noqa: S608 - our own names
    return f'{written}{" ON CONFLICT DO NOTHING" if is_lenient else ""} RETURNING "{key}"'


@cache
def _update_statement(model: type[Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{field.column}" = {_placeholder(field)}' for field in _named_fields(model, names))
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "{model._meta.pk.column}" = %s'  # noqa: S608


@cache
def _condition(model: type[Model], names: tuple[str, ...], is_locked: bool) -> str:
    same = " AND ".join(f'own."{field.column}" = %s' for field in _named_fields(model, names))
    return same + (" FOR UPDATE" if is_locked else "")


@cache
def _select_statement(model: type[Model], condition: str) -> str:
    columns = ", ".join(f'own."{field.column}"' for field in model._meta.concrete_fields)
    return f'SELECT {columns} FROM "{model._meta.db_table}" AS own WHERE {condition}'  # noqa: S608


@cache
def _converters(model: type[Model]) -> list[tuple[int, Callable[..., Any]]]:
    """Of the columns whose values PostgreSQL's adapter leaves to Django: JSON, and what is encrypted."""
    return [
        (place, convert)
        for place, field in enumerate(model._meta.concrete_fields)
        for convert in field.get_db_converters(connection)
    ]


@cache
def _joint_statement(kinds: tuple[type[Model], ...], model: type[Model], names: tuple[str, ...]) -> str:
    """The key of each new row, in order."""
    # PostgreSQL leaves it open which of two writes to one row
    # of a statement counts: here each row is written once
    parts = [f"new{place} AS ({_insert_statement(kind)})" for place, kind in enumerate(kinds)]
    parts.append(f"changed AS ({_update_statement(model, names)})")
    keys = ", ".join(f'(SELECT "{kind._meta.pk.column}" FROM new{place})' for place, kind in enumerate(kinds))  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT {keys}"
