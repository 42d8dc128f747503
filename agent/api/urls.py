"""Addresses of browser push, below /api/."""

from django.urls import path

from agent.api import push

urlpatterns = [
    path("push/", push.PushView.as_view(), name="api-push"),
    path("push/subscriptions/", push.SubscriptionList.as_view(), name="api-push-subscriptions"),
    path(
        "push/subscriptions/<int:device_id>/", push.SubscriptionDetail.as_view(), name="api-push-subscription"
    ),
]
