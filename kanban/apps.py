"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KanbanConfig(AppConfig):
    name = "kanban"
    verbose_name = _("Kanban")

    def ready(self) -> None:
        from kanban import receivers  # noqa: F401 - connects them
