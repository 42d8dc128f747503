"""Two leads of one person, joined and taken apart over HTTP."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.facts import lead_facts
from leads.api.permissions import IsManager
from leads.api.requests import StrictSerializer
from leads.api.shapes import LeadShape
from leads.api.views import LeadView, origin_of
from leads.requests import user_of
from leads.services.merging import merge_leads, split_leads


class MergeRequest(StrictSerializer):
    """`other`: the id of the second lead."""

    other = serializers.UUIDField()


class LeadMerge(LeadView):
    permission_classes = [IsManager]

    @extend_schema(operation_id="leads_merge", request=MergeRequest, responses=LeadShape)
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Put all that belongs to `other` to this lead, which stays; `other` leaves the board. For managers."""
        other = self.wanted(MergeRequest)["other"]
        kept = merge_leads(
            user=user_of(request), keep_id=self.lead.pk, other_id=other, origin=origin_of(request)
        )
        return Response(lead_facts(kept))


class LeadSplit(LeadView):
    permission_classes = [IsManager]

    @extend_schema(operation_id="leads_split", request=MergeRequest, responses=LeadShape)
    def post(self, request: Request, lead_id: UUID) -> Response:
        """Undo a merge: `other`, which is the answer, gets back what it had brought. For managers."""
        other = self.wanted(MergeRequest)["other"]
        apart = split_leads(
            user=user_of(request), keep_id=self.lead.pk, other_id=other, origin=origin_of(request)
        )
        return Response(lead_facts(apart))
