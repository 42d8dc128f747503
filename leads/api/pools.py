"""Pools over HTTP: what waits to be taken, and taking it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.api.facts import POOLED_COLUMNS, assignment_facts, pooled_facts
from leads.api.paging import HottestFirst
from leads.api.shapes import AssignmentShape, PooledPage
from leads.api.views import PAGING, origin_of
from leads.models import Lead
from leads.requests import user_of
from leads.services.taking import take_lead


class PoolList(APIView):
    @extend_schema(operation_id="pool", parameters=PAGING, responses=PooledPage)
    def get(self, request: Request) -> Response:
        """Leads that wait in the caller's pools, hottest first; for managers those of every pool."""
        leads = Lead.objects.takeable_by(user_of(request)).values(*POOLED_COLUMNS)
        pages = HottestFirst()
        rows: list[Any] = pages.paginate_queryset(leads, request, view=self) or []
        return pages.get_paginated_response([pooled_facts(row) for row in rows])


class LeadTake(APIView):
    @extend_schema(operation_id="leads_take", request=None, responses=AssignmentShape)
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Take a lead from a pool. 409 where a colleague was faster, or the caller may have no more now."""
        assignment = take_lead(user=user_of(request), lead_id=lead_id, origin=origin_of(request))
        return Response(assignment_facts(assignment))
