"""The thread between one client and one of our lines."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from leads.models import User

# WhatsApp's customer service window: afterwards 63016 at Twilio, 131047 at Meta
SERVICE_WINDOW = timedelta(hours=24)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> "ConversationQuerySet":
        """Managers see every thread; a consultant those of own leads, handoffs that are no lead's of
        anybody else, and those on own lines."""
        if not user.is_active:
            return self.none()
        if user.is_manager:
            return self
        return self.filter(
            Q(lead__consultant_id=user.pk)
            | Q(consultant_id=user.pk, lead__consultant=None)
            | Q(line__consultant_id=user.pk)
        )

    def unanswered(self) -> "ConversationQuerySet":
        """What the agent owes an answer: its own threads with a message that has no outcome yet."""
        return self.filter(status=Conversation.Status.ACTIVE, last_inbound_seq__gt=F("answered_seq"))


class Conversation(models.Model):
    """`status` says who answers, `stage` how far qualification is; the two move independently.

    Sequence numbers are our own, in order of commit, because providers' timestamps tie. Every inbound
    message up to `answered_seq` has its outcome. `epoch` grows with each change of hands, so that a
    reply thought out under another owner can be told apart and dropped.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("The agent answers")
        TRANSFERRED = "transferred", _("A consultant answers")
        CLOSED = "closed", _("Closed")

    class Stage(models.TextChoices):
        QUALIFYING = "qualifying", _("Qualifying")
        QUALIFIED = "qualified", _("Qualified")
        DISQUALIFIED = "disqualified", _("Disqualified")
        NURTURE = "nurture", _("Nurture")
        NEEDS_HUMAN = "needs_human", _("Needs a person")
        OPTED_OUT = "opted_out", _("Opted out")
        SUSPECTED_BOT = "suspected_bot", _("Suspected bot")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(
        "whatsapp.Line", models.PROTECT, related_name="conversations", verbose_name=_("line")
    )
    client_address = models.CharField(
        _("client address"), max_length=160, help_text=_("As the provider gave it; replies go there.")
    )
    client_key = models.CharField(
        _("client key"), max_length=160, help_text=_("The folded identity, one for a number's spellings.")
    )
    external_user_id = models.CharField(_("WhatsApp user id"), max_length=160, blank=True)
    profile_name = models.CharField(_("profile name"), max_length=200, blank=True)
    lead = models.ForeignKey(
        "leads.Lead",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("lead"),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.ACTIVE)
    stage = models.CharField(_("stage"), max_length=14, choices=Stage.choices, default=Stage.QUALIFYING)
    consultant = models.ForeignKey(
        "leads.Consultant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("consultant"),
    )
    transferred_at = models.DateTimeField(_("transferred at"), null=True, blank=True)
    handoff_reason = models.CharField(_("handoff reason"), max_length=20, blank=True)
    stage_before_opt_out = models.CharField(
        max_length=14, choices=Stage.choices, blank=True, default="", editable=False
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        default="",
        help_text=_("What the client speaks, once it is known."),
    )
    referral = models.JSONField(_("ad referral"), default=dict, blank=True)

    last_seq = models.PositiveIntegerField(default=0, editable=False)
    last_inbound_seq = models.PositiveIntegerField(default=0, editable=False)
    answered_seq = models.PositiveIntegerField(default=0, editable=False)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    context_start_seq = models.PositiveIntegerField(default=0, editable=False)
    burst_started_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_inbound_at = models.DateTimeField(_("last inbound"), null=True, blank=True)
    last_message_at = models.DateTimeField(_("last message"), null=True, blank=True)
    window_closed_early = models.BooleanField(default=False, editable=False)
    is_opted_out = models.BooleanField(_("opted out"), default=False)
    is_unreachable = models.BooleanField(
        _("not on WhatsApp"),
        default=False,
        editable=False,
        help_text=_("WhatsApp said so. Until they write, or something arrives, only people try again."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_message_at", "-created_at"]
        constraints = [
            # Of two first messages at once the second meets this and finds the first one's thread
            models.UniqueConstraint(fields=["line", "client_key"], name="one_conversation_per_client")
        ]
        indexes = [
            models.Index(
                # Beat looks every five seconds; of a million threads this holds those that are owed an answer
                fields=["last_inbound_at"],
                name="conversation_unanswered",
                condition=Q(status="active", last_inbound_seq__gt=F("answered_seq")),
            ),
            models.Index(
                fields=["line", "external_user_id"],
                name="conversation_by_user_id",
                condition=~Q(external_user_id=""),
            ),
            models.Index(fields=["client_key"], name="conversation_by_client"),
            models.Index(fields=["consultant", "-last_message_at"], name="conversation_of_consultant"),
            models.Index(fields=["-last_message_at"], name="conversation_newest"),
        ]

    def __str__(self) -> str:
        return self.profile_name or self.client_address

    @property
    def clients_language(self) -> str:
        """What they speak here, else what their lead says; '' where nobody knows."""
        return self.language or (self.lead.language if self.lead else "")

    @property
    def window_closes_at(self) -> datetime | None:
        """Until when free text may be sent; None: never wrote, or WhatsApp said that it is closed."""
        if self.last_inbound_at is None or self.window_closed_early:
            return None
        return self.last_inbound_at + SERVICE_WINDOW

    @property
    def is_agents(self) -> bool:
        return self.status == self.Status.ACTIVE
