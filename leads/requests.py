"""Who asks, and from where."""

import ipaddress
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from leads.models import User


def user_of(request: HttpRequest | Request) -> User:
    """`request.user`, which the type checker takes for a possible stranger; behind a login there is none."""
    return cast(User, request.user)


def remote_address(request: HttpRequest) -> str | None:
    """The caller's address; behind our own proxy the last one that the proxy saw."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        # Those before the last are whatever the caller wrote
        address = request.headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
