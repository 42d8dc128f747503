"""A message that WhatsApp approved beforehand: the only thing that may be sent outside the window."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from whatsapp.placeholders import fill


class TemplateQuerySet(models.QuerySet["Template"]):
    def sendable(self) -> "TemplateQuerySet":
        return self.filter(status=Template.Status.APPROVED, is_gone=False, needs_media=False)


class Template(models.Model):
    """As the provider has it; read here, written there. `account` is the provider's id of the account
    that it belongs to, so that lines of one account share it.

    `body` is what the client will read, with `{{name}}` where a variable goes; `placeholders` are those
    names in order, also where they stand in a button's address.
    """

    class Status(models.TextChoices):
        APPROVED = "approved", _("Approved")
        PENDING = "pending", _("Waiting for approval")
        REJECTED = "rejected", _("Rejected")
        PAUSED = "paused", _("Paused by WhatsApp")
        DISABLED = "disabled", _("Disabled by WhatsApp")
        UNSUBMITTED = "unsubmitted", _("Not submitted")

    account = models.CharField(_("account"), max_length=64)
    sid = models.CharField(_("provider id"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=20, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.UNSUBMITTED)
    rejection_reason = models.CharField(_("reason of the rejection"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)
    buttons = models.JSONField(_("buttons"), default=list, blank=True)
    placeholders = models.JSONField(_("variables"), default=list, blank=True)
    samples = models.JSONField(_("example values"), default=dict, blank=True)
    needs_media = models.BooleanField(_("needs a file in its header"), default=False)
    is_gone = models.BooleanField(_("gone at the provider"), default=False)
    synced_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name", "language"]
        constraints = [models.UniqueConstraint(fields=["account", "sid"], name="one_template_per_sid")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})" if self.language else self.name

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Each variable with an example of its value, '' where the provider has none."""
        return [(name, str(self.samples.get(name, ""))) for name in self.placeholders]

    def text_with(self, variables: Mapping[str, Any]) -> str:
        """What the client will read."""
        return fill(self.body, variables)
