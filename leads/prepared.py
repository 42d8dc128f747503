"""Rows written by statements that are composed once per process and planned once per connection.

Django composes the statement of each `save()` anew, which takes longer than PostgreSQL takes to write the
row. For the writes that every change of a lead makes, that is most of their cost.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Field, Model

from leads import one_trip
from leads.fields import ChangedInField, CurrentTransaction

Column: TypeAlias = "Field[Any, Any]"


def insert(row: Model) -> None:
    """Save a new row as `save(force_insert=True)` does; where the database gives the key, the row has it then."""
    fields = _inserted_fields(type(row))
    values = [_value(field, row, is_new=True) for field in fields if _is_given(field)]
    row.pk = one_trip.ask(_insert_statement(type(row)), values, is_repeatable=False)
    row._state.adding, row._state.db = False, connection.alias


def update(row: Model, names: Sequence[str]) -> None:
    """Save these fields of a row that is there, as `save(update_fields=names)` does."""
    fields = _named_fields(type(row), tuple(names))
    values = [_value(field, row, is_new=False) for field in fields if _is_given(field)]
    one_trip.execute(_update_statement(type(row), tuple(names)), [*values, row.pk])


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
def _insert_statement(model: type[Model]) -> str:
    fields = _inserted_fields(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(map(_placeholder, fields))
    table, key = model._meta.db_table, model._meta.pk.column
    return f'INSERT INTO "{table}" ({columns}) VALUES ({values}) RETURNING "{key}"'  # noqa: S608 - our own names


@cache
def _update_statement(model: type[Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{field.column}" = {_placeholder(field)}' for field in _named_fields(model, names))
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "{model._meta.pk.column}" = %s'  # noqa: S608
