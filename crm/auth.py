"""Logins that production never accepts."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from crm.demo.workspace import PASSWORD


class NoDemoPasswordBackend:
    """Stands before the others: outside the demo, the demo's public password opens nothing."""

    def authenticate(
        self, request: HttpRequest | None, password: str | None = None, **credentials: Any
    ) -> None:
        if password == PASSWORD and not settings.LOCAL:
            raise PermissionDenied
