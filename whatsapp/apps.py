"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WhatsappConfig(AppConfig):
    name = "whatsapp"
    verbose_name = _("WhatsApp")

    def ready(self) -> None:
        # Connects receivers; Celery by itself looks for tasks in `tasks` alone
        from whatsapp import receivers, sweeps  # noqa: F401
