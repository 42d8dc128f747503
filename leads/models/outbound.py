"""Who outside is told of what happens to leads, and every message they are owed."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.fields import EncryptedTextField
from leads.models.history import LeadEvent


class Endpoint(models.Model):
    """An address of another system. It is told of timeline rows made after it was registered."""

    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    secret = EncryptedTextField(_("signing secret"), blank=True, help_text=_("Standard Webhooks, whsec_…"))
    kinds = models.JSONField(
        _("kinds of events"),
        default=list,
        blank=True,
        help_text=_('Such as ["received", "moved"]; empty: all.'),
    )
    is_active = models.BooleanField(_("active"), default=True)
    stopped_because = models.CharField(_("stopped because"), max_length=200, blank=True, editable=False)
    seen_event_id = models.BigIntegerField(default=0, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("outgoing webhook")
        verbose_name_plural = _("outgoing webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OutboundMessage(models.Model):
    """One event owed to one endpoint. The id stays the same over all attempts."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="messages", verbose_name=_("outgoing webhook")
    )
    event = models.ForeignKey(LeadEvent, models.CASCADE, related_name="+", verbose_name=_("event"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), auto_now_add=True, null=True)
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["-created_at"]
        # `outbound.queue` looks at the same rows several times: this keeps it at one message
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="one_message_per_event")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="outbound_owed", condition=Q(state="pending")),
            models.Index(fields=["-created_at"], name="outbound_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)
