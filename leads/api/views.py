"""Leads over HTTP. Each view parses, calls one service and renders."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from leads.api.facts import CARD_COLUMNS, assignment_facts, card_of_row, event_facts, lead_facts
from leads.api.filters import LeadFilters
from leads.api.paging import NewestFirst
from leads.api.permissions import IsManager
from leads.api.requests import AssignRequest, LeadChangesRequest, LeadRequest, MoveRequest, NoteRequest
from leads.api.shapes import AssignmentShape, CardPage, EventShape, LeadShape
from leads.clicks import ANY, CLICK_IDS, NONE
from leads.inference.mapping import ATTRIBUTION
from leads.models import Lead
from leads.requests import user_of
from leads.services import assigning, board, editing, manual
from leads.services.access import get_lead, get_lead_to_move

FILTERS = [
    OpenApiParameter("phone", str, description="In any spelling."),
    OpenApiParameter("status", str, description="Slug of a status."),
    OpenApiParameter("consultant", str, description="User id, username, or `none`."),
    OpenApiParameter("source", str, description="Slug of a source; `whatsapp`: they wrote to us first."),
    OpenApiParameter("temperature", str, enum=["hot", "warm", "cold"]),
    OpenApiParameter("waiting", bool, description="Only clients who wait for an answer."),
    OpenApiParameter("q", str, description="Beginnings of words of name, e-mail, phone, city, interest."),
    OpenApiParameter("click", str, enum=[*CLICK_IDS, ANY, NONE], description="Whose ad was clicked."),
    *(OpenApiParameter(name, str, description="Where it came from, exactly.") for name in ATTRIBUTION),
]
PAGING = [
    OpenApiParameter("cursor", str, description="From `next` or `previous`."),
    OpenApiParameter("page_size", int, description="25 unless told, 100 at most."),
]


def origin_of(request: Request) -> str:
    """The browser tab that asks; its own live updates come back with it."""
    return request.headers.get("X-Client-Id", "")[:64]


class LeadList(APIView):
    @extend_schema(operation_id="leads_list", parameters=[*FILTERS, *PAGING], responses=CardPage)
    def get(self, request: Request) -> Response:
        """The leads that the caller may see, newest first; archived ones are left out."""
        filters = LeadFilters.from_query(request.query_params)
        leads = filters.apply(Lead.objects.visible_to(user_of(request)).on_board())
        pages = NewestFirst()
        rows: list[Any] = pages.paginate_queryset(leads.values(*CARD_COLUMNS), request, view=self) or []
        return pages.get_paginated_response([card_of_row(row) for row in rows])

    @extend_schema(
        operation_id="leads_add",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        request=LeadRequest,
        responses={201: LeadShape, 200: LeadShape},
    )
    def post(self, request: Request) -> Response:
        """Add a lead: 201. Somebody who is known, or the same Idempotency-Key again: 200, the same lead.
        The key with another request, or for another source, is refused: 422 `idempotency_key_reused`.

        Of a lead that the caller may not see, only the id is told.
        """
        wanted = LeadRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        received = manual.add_lead(
            user=user_of(request),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            origin=origin_of(request),
            **wanted.as_arguments(),
        )
        is_told = (
            received.is_new or Lead.objects.visible_to(user_of(request)).filter(pk=received.lead.pk).exists()
        )
        facts = lead_facts(received.lead) if is_told else {"id": str(received.lead.pk)}
        return Response(facts, status=201 if received.is_new else 200)


class LeadView(APIView):
    """A view of one lead: what the caller may not see is 404 before anything else is looked at."""

    lead: Lead

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.lead = self.find(kwargs["lead_id"])

    def find(self, lead_id: UUID) -> Lead:
        return get_lead(user_of(self.request), lead_id)

    def wanted(self, shape: type[Serializer]) -> dict[str, Any]:
        """The request's body, checked."""
        body = shape(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data

    def doer(self) -> dict[str, Any]:
        """Who does it to which lead, as every service takes it."""
        return {"user": self.request.user, "lead_id": self.lead.pk, "origin": origin_of(self.request)}


class LeadDetail(LeadView):
    @extend_schema(operation_id="leads_read", responses=LeadShape)
    def get(self, request: Request, lead_id: UUID) -> Response:
        return Response(lead_facts(self.lead))

    @extend_schema(operation_id="leads_edit", request=LeadChangesRequest, responses=LeadShape)
    def patch(self, request: Request, lead_id: UUID) -> Response:
        """Correct what is known. Moving and assigning have addresses of their own."""
        lead = editing.edit_lead(changes=self.wanted(LeadChangesRequest), **self.doer())
        return Response(lead_facts(lead))


class LeadMove(LeadView):
    def find(self, lead_id: UUID) -> Lead:
        """Somebody else's is 403: a card may be given away while it is dragged."""
        return get_lead_to_move(user_of(self.request), lead_id)

    @extend_schema(operation_id="leads_move", request=MoveRequest, responses=LeadShape)
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Put the card into a column. 409 carries the lead as it is now."""
        return Response(lead_facts(board.move_lead(**self.doer(), **self.wanted(MoveRequest))))


class LeadAssign(LeadView):
    permission_classes = [IsManager]

    @extend_schema(operation_id="leads_assign", request=AssignRequest, responses=AssignmentShape)
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Give the lead to a consultant, or with `{}` to the next in the circle."""
        consultant_id = self.wanted(AssignRequest).get("consultant")
        assignment = assigning.assign_by_hand(consultant_id=consultant_id, **self.doer())
        return Response(assignment_facts(assignment))


class LeadNotes(LeadView):
    @extend_schema(operation_id="leads_add_note", request=NoteRequest, responses={201: EventShape})
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Write a remark on the lead's timeline."""
        note = board.add_note(**self.doer(), **self.wanted(NoteRequest))
        return Response(event_facts(note), status=201)
