"""The ledger of every decision."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads import clock
from leads.fields import ChangedInField


class Assignment(models.Model):
    """One decision of who gets a lead, with its reason. A ledger row: appended, never changed.

    `notice` alone moves on: it says whether the consultant was told, and is the queue of that work.
    """

    class Outcome(models.TextChoices):
        ASSIGNED = "assigned", _("Assigned")
        NO_CONSULTANTS = "no_consultants_available", _("Nobody available")
        KEPT = "kept", _("Stays where it was")
        POOLED = "pooled", _("Waiting to be taken")
        ESCALATED = "escalated", _("For a manager to decide")
        UNASSIGNED = "unassigned", _("Taken away")

    class Trigger(models.TextChoices):
        ARRIVAL = "arrival", _("Lead arrived")
        HANDOFF = "handoff", _("Handoff")
        QUEUE = "queue", _("From the unassigned queue")
        MANUAL = "manual", _("By a person")
        TAKEN = "taken", _("Taken from a pool")
        NO_REPLY = "no_reply", _("No reply in time")
        LEAVING = "leaving", _("The consultant left")

    class Notice(models.TextChoices):
        PENDING = "pending", _("To be told")
        TOLD = "told", _("Told")
        NONE = "none", _("Nobody to tell")

    # Whoever is erased is gone; that a circle turned stays, or its counts and its pointer would prove nothing.
    # The indexes below begin with it; so too `previous_consultant` and `user`, which most decisions do not have
    lead = models.ForeignKey(
        "leads.Lead",
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="assignments",
        verbose_name=_("lead"),
    )
    consultant = models.ForeignKey(
        "leads.Consultant",
        models.SET_NULL,
        null=True,
        related_name="assignments",
        verbose_name=_("consultant"),
    )
    previous_consultant = models.ForeignKey(
        "leads.Consultant",
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("before"),
    )
    rule = models.ForeignKey(
        "leads.AssignmentRule", models.SET_NULL, null=True, db_index=False, verbose_name=_("rule")
    )
    outcome = models.CharField(_("outcome"), max_length=30, choices=Outcome.choices)
    trigger = models.CharField(_("trigger"), max_length=10, choices=Trigger.choices)
    reason = models.TextField(_("reason"))
    pointer_before = models.PositiveIntegerField(_("pointer before"), null=True)
    pointer_after = models.PositiveIntegerField(_("pointer after"), null=True)
    passed_over = models.JSONField(
        _("passed over"), default=list, help_text=_("[{consultant, why, open: leads they had}]")
    )
    open_leads = models.PositiveIntegerField(
        _("open leads before"), null=True, help_text=_("Where whoever has the fewest is chosen.")
    )
    estimated_response_seconds = models.PositiveIntegerField(_("expected response (seconds)"), null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, verbose_name=_("by")
    )
    notice = models.CharField(_("notice"), max_length=7, choices=Notice.choices, default=Notice.NONE)
    changed_in = ChangedInField(editable=False)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["lead", "-created_at"], name="assignment_of_lead"),
            models.Index(fields=["rule", "-id"], name="assignment_of_rule"),
            # For boards that ask what changed: who lost a lead
            # finds it here, no longer among the leads (ADR 3)
            models.Index(
                fields=["previous_consultant", "changed_in"],
                name="assignment_lost_by",
                condition=Q(previous_consultant__isnull=False),
            ),
            models.Index(fields=["user"], name="assignment_by", condition=Q(user__isnull=False)),
            models.Index(fields=["created_at"], name="assignment_notice_owed", condition=Q(notice="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {clock.in_words(self.created_at)}"
