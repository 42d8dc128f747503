"""Who asks, in views that a login guards."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from leads.models import User


def user_of(request: HttpRequest | Request) -> User:
    """`request.user`, which the type checker takes for a possible stranger; behind a login there is none."""
    return cast(User, request.user)
