"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgentConfig(AppConfig):
    name = "agent"
    verbose_name = _("Agent")

    def ready(self) -> None:
        from agent import checks, receivers  # noqa: F401 - connects them
        from agent.slot_names import names_of
        from leads.slot_lines import learn_names_from

        learn_names_from(names_of)
