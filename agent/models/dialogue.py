"""What the agent remembers of a conversation, and the trace of each decision."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Dialogue(models.Model):
    """The agent's side of a conversation: its playbook, its memory, and the lease of the reply in flight.

    At most one worker holds the lease; a token that is no longer here may not commit anything.
    """

    conversation = models.OneToOneField(
        "whatsapp.Conversation", models.CASCADE, primary_key=True, related_name="dialogue"
    )
    # PROTECT: without it the questions would vanish from conversations under way
    playbook_version = models.ForeignKey(
        "agent.PlaybookVersion", models.PROTECT, verbose_name=_("playbook version"), related_name="+"
    )
    memory = models.JSONField(_("memory"), default=dict, help_text=_("The brain's state between turns."))
    language = models.CharField(_("language"), max_length=10, blank=True)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    returns_at = models.DateTimeField(
        _("returns to the agent at"), null=True, blank=True, help_text=_("Unless a person acts before.")
    )

    class Meta:
        verbose_name = _("dialogue")
        verbose_name_plural = _("dialogues")
        indexes = [
            models.Index(
                fields=["returns_at"], name="dialogue_returns", condition=Q(returns_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return str(self.conversation_id)


class AgentTurn(models.Model):
    """Why the agent said what it said: one row per decision, discarded ones included."""

    class Outcome(models.TextChoices):
        THINKING = "thinking", _("Thinking")
        REPLIED = "replied", _("Replied")
        SILENT = "silent", _("Nothing to say")
        RESTARTED = "restarted", _("Restarted: a newer message came")
        HUMAN_TOOK_OVER = "human_took_over", _("Dropped: a person took over")
        LEASE_LOST = "lease_lost", _("Dropped: another worker has it")
        OBSOLETE = "obsolete", _("Dropped: already answered")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        "whatsapp.Conversation", models.CASCADE, related_name="turns", verbose_name=_("conversation")
    )
    playbook_version = models.ForeignKey("agent.PlaybookVersion", models.PROTECT, related_name="+")
    first_seq = models.PositiveIntegerField(_("from message"))
    last_seq = models.PositiveIntegerField(_("to message"))
    said_from = models.PositiveIntegerField(_("said from message"), null=True, blank=True)
    said_to = models.PositiveIntegerField(_("said to message"), null=True, blank=True)
    brain = models.CharField(_("brain"), max_length=10, default="scripted")
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, default=Outcome.THINKING)
    stage_before = models.CharField(_("stage before"), max_length=14)
    stage_after = models.CharField(_("stage after"), max_length=14, blank=True)
    intent = models.CharField(_("intent"), max_length=20, blank=True)
    accepted = models.JSONField(_("accepted updates"), default=list)
    rejected = models.JSONField(_("rejected updates"), default=list)
    violations = models.JSONField(_("guards"), default=list)
    trace = models.JSONField(
        _("trace"), default=dict, help_text=_("Prompt fingerprint, raw output, cited snippets.")
    )
    failure = models.CharField(_("model failure"), max_length=60, blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    latency_ms = models.PositiveIntegerField(_("thinking time (ms)"), default=0)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("agent turn")
        verbose_name_plural = _("agent turns")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["conversation", "-started_at"], name="turn_of_conversation")]
        # The last guard against a second reply, should two workers ever both believe in their lease
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "last_seq"],
                condition=Q(outcome__in=["replied", "silent"]),
                name="each_message_answered_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.first_seq}–{self.last_seq}"
