"""The phone's addresses and Twilio's paths, below /simulator/."""

from django.urls import path

from whatsapp.simulator import content_api, phone, twilio_api

API = "twilio/2010-04-01/Accounts/<str:account_sid>"

urlpatterns = [
    path("", phone.page, name="simulator"),
    path("messages/", phone.messages, name="simulator-messages"),
    path("send/", phone.send, name="simulator-send"),
    path("read/", phone.read, name="simulator-read"),
    path("reset/", phone.reset, name="simulator-reset"),
    path(f"{API}.json", twilio_api.account),
    path(f"{API}/Messages.json", twilio_api.messages),
    path(f"{API}/Messages/<str:sid>.json", twilio_api.message),
    path(f"{API}/Messages/<str:sid>/Media/<str:media_sid>", twilio_api.media),
    path("twilio/v1/Content", content_api.contents),
    path("twilio/v1/Content/<str:sid>/ApprovalRequests", content_api.approval),
    path("twilio/v2/Indicators/Typing.json", twilio_api.typing),
]
