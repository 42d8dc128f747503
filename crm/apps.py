"""The composition root as Django sees it: its own admin site and the health of the whole."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import heartbeat  # noqa: F401 - its receivers


class CrmAdminConfig(AdminConfig):
    default_site = "crm.admin_site.CrmAdminSite"
