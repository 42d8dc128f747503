"""Addresses of the sockets."""

from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from kanban.consumers import BoardConsumer

websocket_urlpatterns = [
    path("ws/board/", BoardConsumer.as_asgi()),
    # An unknown address is refused; without it Channels raises, and a scanner fills the log with tracebacks
    re_path(r"", WebsocketDenier.as_asgi()),
]
