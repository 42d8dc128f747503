"""Addresses that outside systems send leads to."""

from django.urls import re_path

from leads import webhooks

urlpatterns = [
    # A missing slash at the end is no reason to lose a lead.
    re_path(r"^webhooks/leads/(?P<slug>[-\w]+)/?$", webhooks.receive, name="lead-webhook"),
]
