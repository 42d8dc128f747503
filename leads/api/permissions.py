"""Who may call what. Which leads somebody sees is decided by `Lead.objects.visible_to` alone."""

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class IsManager(BasePermission):
    message = _("Only managers may do this.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and request.user.is_manager)
