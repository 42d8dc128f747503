"""Reaching people: one notice by one channel, and what the channels need to know."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads import clock
from leads.fields import EncryptedTextField


class Notification(models.Model):
    """One notice by one channel: written once, claimed by one worker, settled once, whatever crashes.

    `sending` means that a worker has begun to talk to the outside. One that lapses becomes `unknown`
    where a second try could tell somebody twice; a push is tried again, because the browser shows two of
    the same notice as one.
    """

    class Channel(models.TextChoices):
        APP = "app", _("In the app")
        PUSH = "push", _("Browser")
        EMAIL = "email", _("E-mail")
        WHATSAPP = "whatsapp", _("WhatsApp")

    class State(models.TextChoices):
        PENDING = "pending", _("To be sent")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Not needed any more")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Not confirmed")

    notice = models.ForeignKey(
        "leads.Notice", models.CASCADE, related_name="notifications", verbose_name=_("notice")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.PENDING)
    title = models.CharField(_("title"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.CharField(_("error"), max_length=300, blank=True)
    message = models.ForeignKey(
        "whatsapp.Message",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("WhatsApp message"),
    )
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="told_once_per_channel")]
        indexes = [
            # Partial: what is owed is a handful, what was sent grows for ever
            models.Index(fields=["next_attempt_at"], name="notification_owed", condition=Q(state="pending")),
            models.Index(fields=["lease_until"], name="notification_in_hand", condition=Q(state="sending")),
            models.Index(
                fields=["created_at"],
                name="notification_trouble",
                condition=Q(state__in=["failed", "unknown"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.title or self.notice_id}"


class PushSubscription(models.Model):
    """One browser that a person asked to be told in. Made by the browser, removed when it has gone."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="push_subscriptions",
        verbose_name=_("user"),
    )
    endpoint = models.CharField(_("address at the push service"), max_length=1000, unique=True)
    p256dh = models.CharField(_("browser's public key"), max_length=120)
    auth = EncryptedTextField(_("shared secret"))
    server_key = models.CharField(_("our public key"), max_length=120)
    device = models.CharField(_("device"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    last_sent_at = models.DateTimeField(_("last sent at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user}: {self.device or self.pk}"


class PushKey(models.Model):
    """The key that push services know this installation by, where the environment has none."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    private_key = EncryptedTextField(_("private key"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("push key")
        verbose_name_plural = _("push keys")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_push_key")]

    def __str__(self) -> str:
        return clock.day_in_words(self.created_at)
