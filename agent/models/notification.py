"""Telling a consultant."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notification(models.Model):
    """One message to one consultant by one channel about one assignment.

    Written once, whatever crashes. A mail is sent again when a worker died between sending and noting it.
    """

    class Channel(models.TextChoices):
        APP = "app", _("In the app")
        EMAIL = "email", _("E-mail")

    class State(models.TextChoices):
        PENDING = "pending", _("To be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    assignment = models.ForeignKey(
        "leads.Assignment", models.CASCADE, related_name="notifications", verbose_name=_("assignment")
    )
    consultant = models.ForeignKey(
        "leads.Consultant", models.CASCADE, related_name="notifications", verbose_name=_("consultant")
    )
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.PENDING)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), auto_now_add=True, null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "channel"], name="told_once_per_channel")
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="notification_owed", condition=Q(state="pending")),
            models.Index(fields=["consultant", "-created_at"], name="notification_of_consultant"),
        ]

    def __str__(self) -> str:
        return self.title
