"""The addresses of the agent's own parts of pages."""

from django.urls import path

from agent import notice_pages, views

urlpatterns = [
    path("messages/<uuid:message_id>/why/", views.message_why, name="message-why"),
    path("me/notifications/", notice_pages.preferences, name="notice-preferences"),
    path("me/notifications/lately/", notice_pages.lately, name="notices-lately"),
    path("me/notifications/test/", notice_pages.send_test, name="notice-test"),
    path("me/notifications/forget/", notice_pages.forget_device, name="forget-device"),
    path("push-worker.js", notice_pages.push_worker, name="push-worker"),
    path("manifest.webmanifest", notice_pages.manifest, name="manifest"),
]
