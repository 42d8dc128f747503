"""One message, in or out, and what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads import clock


class Message(models.Model):
    """An outbound row is the outbox: committed with the decision to send, claimed, never sent twice.

    `sending` with a lapsed lease means that a worker died while the provider may have accepted it:
    such a row becomes `unknown` and is settled by the status callback or by asking, not by sending again.
    `missed_since`: when the provider's list was first read and did not name it.
    `is_last_word`: confirms an opt-out, and so is the one message that may still go out after it.
    `paced_until`: when the client's credit of messages is whole again, as of this one (see `pace`).
    """

    TEMPLATE = "template"  # the kind of a message that WhatsApp approved beforehand

    class Direction(models.TextChoices):
        IN = "in", _("In")
        OUT = "out", _("Out")

    class Author(models.TextChoices):
        CLIENT = "client", _("Client")
        AGENT = "agent", _("Agent")
        CONSULTANT = "consultant", _("Consultant")
        SYSTEM = "system", _("System")

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Not confirmed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        "whatsapp.Conversation", models.CASCADE, related_name="messages", verbose_name=_("conversation")
    )
    seq = models.PositiveIntegerField(_("sequence"), help_text=_("Order within the conversation."))
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    author = models.CharField(_("author"), max_length=10, choices=Author.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=20, default="text")
    body = models.TextField(_("text"), blank=True)
    media = models.JSONField(_("media"), default=list, blank=True, help_text=_("[{url, content_type, …}]"))
    media_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    details = models.JSONField(_("everything else that came"), default=dict, blank=True)
    # NULL until the provider answers, which a unique index counts as different each time
    sid = models.CharField(_("provider id"), max_length=255, null=True, blank=True, unique=True)
    # 60 of the caller's, and "#12" for the pieces of a long text
    client_id = models.CharField(max_length=64, null=True, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    error_code = models.CharField(_("error code"), max_length=20, blank=True)
    error_text = models.CharField(_("error"), max_length=300, blank=True)
    is_last_word = models.BooleanField(default=False, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    send_after = models.DateTimeField(_("not before"), null=True, blank=True)
    paced_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    missed_since = models.DateTimeField(null=True, blank=True, editable=False)
    retry_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="retries")
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["conversation", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="one_message_per_seq"),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="one_message_per_client_id"),
        ]
        indexes = [
            models.Index(
                fields=["send_after", "created_at"],
                name="message_owed",
                condition=Q(status__in=["queued", "sending"]),
            ),
            models.Index(
                fields=["media_due_at"], name="message_media_owed", condition=Q(media_due_at__isnull=False)
            ),
            models.Index(fields=["created_at"], name="message_failed", condition=Q(status="failed")),
            models.Index(fields=["created_at"], name="message_unconfirmed", condition=Q(status="unknown")),
        ]

    def __str__(self) -> str:
        return f"{self.get_author_display()}, {clock.in_words(self.created_at)}"

    @property
    def is_template(self) -> bool:
        return self.kind == self.TEMPLATE


class StatusReport(models.Model):
    """A status callback that came before its message was known; applied when the message of its line appears."""

    line = models.ForeignKey(
        "whatsapp.Line", models.CASCADE, null=True, related_name="status_reports", verbose_name=_("line")
    )
    sid = models.CharField(_("provider id"), max_length=255, db_index=True)
    status = models.CharField(_("status"), max_length=20)
    error_code = models.CharField(_("error code"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("unmatched status report")
        verbose_name_plural = _("unmatched status reports")

    def __str__(self) -> str:
        return f"{self.sid} {self.status}"
