"""What a lead is known by, and what happened to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads import clock


class LeadIdentity(models.Model):
    """One way to recognise the person. At most one lead holds it, whatever happens at the same instant."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        WHATSAPP_ID = "whatsapp_id", _("WhatsApp user id")

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="identities", verbose_name=_("lead"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    key = models.CharField(
        _("key"), max_length=254, help_text=_("Folded form; mobile twins of Brazil share one.")
    )
    shown = models.CharField(_("as given"), max_length=254)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        # `leads.claims` rests on this: of two at one instant, it tells who was first
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_lead_per_identity")]

    def __str__(self) -> str:
        return self.shown


class LeadEvent(models.Model):
    """One line of the timeline. Appended, never edited."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        RETURNED = "returned", _("Came again")
        CLASSIFIED = "classified", _("Classified")
        ASSIGNED = "assigned", _("Assigned")
        REMINDED = "reminded", _("Reminded to reply")
        MOVED = "moved", _("Moved")
        EDITED = "edited", _("Edited")
        NOTE = "note", _("Note")
        STAGE = "stage", _("Qualification")
        HANDOFF = "handoff", _("Handed over")
        TAKEN_OVER = "taken_over", _("Taken over")
        RETURNED_TO_AGENT = "returned_to_agent", _("Returned to the agent")
        CONVERSATION_CLOSED = "conversation_closed", _("Conversation closed")
        MERGED = "merged", _("Merged")
        CONSENT = "consent", _("Consent")

    class Actor(models.TextChoices):
        USER = "user", _("User")
        AGENT = "agent", _("Agent")
        CLIENT = "client", _("Client")
        SYSTEM = "system", _("System")

    lead = models.ForeignKey(
        "leads.Lead", models.CASCADE, db_index=False, related_name="events", verbose_name=_("lead")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    actor_kind = models.CharField(_("actor"), max_length=6, choices=Actor.choices, default=Actor.SYSTEM)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("user"),
    )
    data = models.JSONField(_("facts"), default=dict, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("timeline event")
        verbose_name_plural = _("timeline events")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["lead", "-created_at", "-id"], name="event_of_lead"),
            models.Index(fields=["user"], name="event_by", condition=Q(user__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {clock.in_words(self.created_at)}"
