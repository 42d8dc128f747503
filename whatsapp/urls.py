"""Where Twilio knocks, and the simulator where it is switched on."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from whatsapp import cloud_webhook, views
from whatsapp.public_files import public_file

urlpatterns: list[URLPattern | URLResolver] = [
    path("webhooks/whatsapp/", views.inbound, name="whatsapp-inbound"),
    path("webhooks/whatsapp/status/", views.status, name="whatsapp-status"),
    path("webhooks/whatsapp/cloud/", cloud_webhook.webhook, name="whatsapp-cloud"),
    path("media/whatsapp/<str:token>/<str:name>", public_file, name="whatsapp-public-file"),
]
if settings.SIMULATOR:
    urlpatterns.append(path("simulator/", include("whatsapp.simulator.urls")))
