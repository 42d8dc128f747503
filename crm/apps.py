"""The composition root as Django sees it: its own admin site and the health of the whole."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CrmConfig(AppConfig):
    name = "crm"


class CrmAdminConfig(AdminConfig):
    default_site = "crm.admin_site.CrmAdminSite"
