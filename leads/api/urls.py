"""Addresses of leads, below /api/."""

from django.urls import path

from leads.api import merging, pools, views
from leads.api.tokens import TokenView

urlpatterns = [
    path("pool/", pools.PoolList.as_view(), name="api-pool"),
    path("auth/token/", TokenView.as_view(), name="api-token"),
    path("leads/", views.LeadList.as_view(), name="api-leads"),
    path("leads/<uuid:lead_id>/", views.LeadDetail.as_view(), name="api-lead"),
    path("leads/<uuid:lead_id>/move/", views.LeadMove.as_view(), name="api-lead-move"),
    path("leads/<uuid:lead_id>/assign/", views.LeadAssign.as_view(), name="api-lead-assign"),
    path("leads/<uuid:lead_id>/merge/", merging.LeadMerge.as_view(), name="api-lead-merge"),
    path("leads/<uuid:lead_id>/split/", merging.LeadSplit.as_view(), name="api-lead-split"),
    path("leads/<uuid:lead_id>/take/", pools.LeadTake.as_view(), name="api-lead-take"),
    path("leads/<uuid:lead_id>/notes/", views.LeadNotes.as_view(), name="api-lead-notes"),
]
