"""Addresses that outside systems send leads to."""

from django.urls import path

from leads import webhooks

urlpatterns = [
    path("webhooks/leads/<slug:slug>/", webhooks.receive, name="lead-webhook"),
    # A missing slash at the end is no reason to lose a lead.
    path("webhooks/leads/<slug:slug>", webhooks.receive),
]
