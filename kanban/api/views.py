"""The board over HTTP: load it, follow it, read a lead's history."""

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from kanban.api.shapes import BoardShape, ChangesShape, ColumnPage, TimelinePage
from kanban.board import load_board, load_column
from kanban.changes import changes_since
from kanban.timeline import timeline_of
from leads.api.filters import LeadFilters
from leads.api.views import FILTERS, LeadView
from leads.requests import user_of

# Far beyond any transaction's id, and short enough for int(); too large a one is answered by a reset
LONGEST_SEQ = 30


class BoardView(APIView):
    @extend_schema(operation_id="board", parameters=FILTERS, responses=BoardShape)
    def get(self, request: Request) -> Response:
        """Every column with its counts and its first cards."""
        return Response(load_board(user_of(request), LeadFilters.from_query(request.query_params)))


class ColumnView(APIView):
    @extend_schema(
        operation_id="board_column",
        parameters=[*FILTERS, OpenApiParameter("after", str, description="From the column's `next`.")],
        responses=ColumnPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        """More cards of one column."""
        filters = LeadFilters.from_query(request.query_params)
        return Response(load_column(user_of(request), slug, filters, request.query_params.get("after", "")))


class ChangesView(APIView):
    @extend_schema(
        operation_id="board_changes",
        parameters=[OpenApiParameter("since", int, required=True, description="A `seq`."), *FILTERS],
        responses=ChangesShape,
    )
    def get(self, request: Request) -> Response:
        """What changed after a board's `seq`; some changes may be told twice, none is left out."""
        since = request.query_params.get("since", "")
        if not (since.isascii() and since.isdigit() and len(since) <= LONGEST_SEQ):
            raise ParseError(_("`since` must be the seq of a board."))
        filters = LeadFilters.from_query(request.query_params)
        return Response(changes_since(user_of(request), int(since), filters))


class TimelineView(LeadView):
    @extend_schema(
        operation_id="leads_timeline",
        parameters=[OpenApiParameter("cursor", str, description="From `next`.")],
        responses=TimelinePage,
    )
    def get(self, request: Request, lead_id: UUID) -> Response:
        """Everything that happened, newest first. It is read forwards only: `previous` is always null."""
        entries, place = timeline_of(self.lead, request.query_params.get("cursor", ""))
        here = request.build_absolute_uri()
        return Response(
            {
                "next": replace_query_param(here, "cursor", place) if place else None,
                "previous": None,
                "results": entries,
            }
        )
