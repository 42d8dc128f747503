"""Who knocks at the login: from where, and with passwords that production never accepts."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from crm.demo.workspace import PASSWORD
from leads.requests import remote_address


class NoDemoPasswordBackend:
    """Stands before the others: outside the demo, the demo's public password opens nothing."""

    def authenticate(
        self, request: HttpRequest | None, password: str | None = None, **credentials: Any
    ) -> None:
        # A database that was once a demo may go public with its users
        if password == PASSWORD and not settings.LOCAL:
            # Django then asks no further backend
            raise PermissionDenied


def client_address(request: HttpRequest) -> str | None:
    """What django-axes counts by: the client's address, not our proxy's."""
    return remote_address(request)
