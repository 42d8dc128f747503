"""The managers' admin."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class CrmAdminSite(AdminSite):
    site_header = _("CRM administration")
    site_title = _("CRM")
    index_title = _("Overview")
