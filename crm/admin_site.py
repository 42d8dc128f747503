"""The managers' admin."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from crm import dashboard


class CrmAdminSite(AdminSite):
    site_header = _("CRM administration")
    site_title = _("CRM")
    index_title = _("Overview")
    index_template = "admin/overview.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page of the admin is the managers' overview."""
        return super().index(request, {**dashboard.overview(request), **(extra_context or {})})
