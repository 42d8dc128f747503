"""Browser push over HTTP: the key to subscribe with, and the caller's own devices."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agent import push_keys, push_subscriptions
from agent.models import PushSubscription
from leads.api.facts import as_time
from leads.errors import NotFoundError
from leads.requests import user_of


class DeviceShape(s.Serializer):
    id = s.IntegerField()
    device = s.CharField()
    created_at = s.DateTimeField()
    last_sent_at = s.DateTimeField(allow_null=True)
    last_error = s.CharField()


class PushShape(s.Serializer):
    public_key = s.CharField(help_text="What `pushManager.subscribe` takes as `applicationServerKey`.")
    devices = DeviceShape(many=True)


class KeysRequest(s.Serializer):
    p256dh = s.CharField(max_length=120)
    auth = s.CharField(max_length=60)


class SubscriptionRequest(s.Serializer):
    """What a browser's `PushSubscription.toJSON()` gives."""

    endpoint = s.CharField(max_length=push_subscriptions.LONGEST_ENDPOINT)
    keys = KeysRequest()


class EndpointRequest(s.Serializer):
    endpoint = s.CharField(max_length=push_subscriptions.LONGEST_ENDPOINT)


class PushView(APIView):
    @extend_schema(operation_id="push_retrieve", responses=PushShape)
    def get(self, request: Request) -> Response:
        """Our public key, and the devices that the caller is told on."""
        devices = PushSubscription.objects.filter(user=user_of(request))
        return Response(
            {"public_key": push_keys.public_key(), "devices": [device_facts(row) for row in devices]}
        )


class SubscriptionList(APIView):
    @extend_schema(operation_id="push_subscribe", request=SubscriptionRequest, responses={201: DeviceShape})
    def post(self, request: Request) -> Response:
        """Tell the caller in this browser from now on. 200 where it was known already."""
        given = SubscriptionRequest(data=request.data)
        given.is_valid(raise_exception=True)
        row, is_new = push_subscriptions.subscribe(
            user_of(request),
            endpoint=given.validated_data["endpoint"],
            **given.validated_data["keys"],
            device=device_name(request.headers.get("User-Agent", "")),
        )
        return Response(device_facts(row), status=201 if is_new else 200)

    @extend_schema(operation_id="push_unsubscribe", request=EndpointRequest, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget the browser that has this endpoint."""
        given = EndpointRequest(data=request.data)
        given.is_valid(raise_exception=True)
        push_subscriptions.unsubscribe(user_of(request), **given.validated_data)
        return Response(status=204)


class SubscriptionDetail(APIView):
    @extend_schema(operation_id="push_forget", responses={204: None})
    def delete(self, request: Request, device_id: int) -> Response:
        """Forget one of the caller's devices."""
        if not push_subscriptions.unsubscribe(user_of(request), device_id=device_id):
            raise NotFoundError
        return Response(status=204)


def device_facts(row: PushSubscription) -> dict[str, Any]:
    return {
        "id": row.pk,
        "device": row.device,
        "created_at": as_time(row.created_at),
        "last_sent_at": as_time(row.last_sent_at),
        "last_error": row.last_error,
    }


# In this order: an Android phone also says "Linux", an iPhone "like Mac OS X"
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
# In this order: Edge and Opera also say "Chrome", and Chrome says "Safari"
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}


def device_name(user_agent: str) -> str:
    """ "Chrome, Android": enough to tell one's own devices apart."""
    found = (
        next((name for sign, name in table.items() if sign in user_agent), "")
        for table in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, found))
