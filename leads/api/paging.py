"""Cursor pages: flat in cost however deep somebody reads."""

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class HottestFirst(CursorPagination):
    """`{next, previous, results}`, highest score first, then whoever waits longest."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = ("-score", "awaits_consultant_since", "id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_score(cursor.position):
            raise ParseError(_("This cursor is not one of ours."))
        return cursor


class NewestFirst(CursorPagination):
    """`{next, previous, results}`, newest first. `page_size` up to 100."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    # With the id, two leads of one instant have an order, and none is left out between two pages
    ordering = ("-created_at", "id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Refuse a cursor that we did not write, before PostgreSQL does."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_moment(cursor.position):
            raise ParseError(_("This cursor is not one of ours."))
        return cursor


def _is_score(text: Any) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 3


def _is_moment(text: Any) -> bool:
    try:
        return parse_datetime(text) is not None
    except ValueError:
        return False
