"""The addresses of the agent's own parts of pages."""

from django.urls import path

from agent import views

urlpatterns = [path("messages/<uuid:message_id>/why/", views.message_why, name="message-why")]
