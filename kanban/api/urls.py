"""Addresses of the board, below /api/."""

from django.urls import path

from kanban.api import views

urlpatterns = [
    path("board/", views.BoardView.as_view(), name="api-board"),
    path("board/changes/", views.ChangesView.as_view(), name="api-board-changes"),
    path("board/columns/<slug:slug>/", views.ColumnView.as_view(), name="api-board-column"),
    path("leads/<uuid:lead_id>/timeline/", views.TimelineView.as_view(), name="api-lead-timeline"),
]
