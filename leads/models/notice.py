"""What people are owed to be told, and how they want to hear it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One thing that one person is to be told, once per `key`.

    The row is what the desk shows, and the queue of the channels that reach people elsewhere.
    """

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("A lead is yours")
        WARNED = "warned", _("A lead waits for your first reply")
        TAKEN_AWAY = "taken_away", _("A lead went to somebody else")
        ALERT = "alert", _("A lead needs a manager")
        POOLED = "pooled", _("A lead waits to be taken")
        TEST = "test", _("A test")

    class State(models.TextChoices):
        PENDING = "pending", _("To be told")
        TOLD = "told", _("Told")
        FAILED = "failed", _("Could not be written")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("for")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(_("key"), max_length=120, help_text=_("Told once per key."))
    lead = models.ForeignKey(
        "leads.Lead",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("lead"),
    )
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.PENDING)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        # Whoever tells may try again after anything: the second time owes nothing
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once_per_key")]
        indexes = [
            models.Index(fields=["id"], name="notice_owed", condition=Q(state="pending")),
            models.Index(fields=["user", "-id"], name="notice_unseen", condition=Q(seen_at=None)),
            models.Index(fields=["user", "-id"], name="notice_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.lead or self.key}"


class NoticePreferences(models.Model):
    """How one person hears of notices. Nobody needs a row; without one everything is as the fields begin."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="notice_preferences",
        verbose_name=_("user"),
    )
    by_app = models.BooleanField(_("in the app"), default=True, help_text=_("A message on the board."))
    has_sound = models.BooleanField(_("with a sound"), default=False)
    by_push = models.BooleanField(
        _("by the browser"), default=True, help_text=_("On each device where it was switched on.")
    )
    by_email = models.BooleanField(_("by e-mail"), default=True)
    by_whatsapp = models.BooleanField(_("by WhatsApp"), default=True, help_text=_("To one's own number."))
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice preferences")
        verbose_name_plural = _("notice preferences")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="quiet_hours_have_two_ends",
                violation_error_message=_("Quiet hours need two different times, or none."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
