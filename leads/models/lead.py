"""The lead and its place on the board."""

import time
import uuid

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from leads.clicks import ATTRIBUTED, ClickedAt
from leads.fields import ChangedInField
from leads.models.people import User
from leads.models.rules import AssignmentRule


class Status(models.Model):
    """A column of the board."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    slug = models.SlugField(_("slug"), primary_key=True, max_length=40)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.OPEN)

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("status")
        verbose_name_plural = _("statuses")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the reader's language where the translations know it; as it was given otherwise."""
        return pgettext("status", self.name)


class LeadQuerySet(models.QuerySet["Lead"]):
    def on_board(self) -> "LeadQuerySet":
        return self.filter(archived_at=None)

    def open(self) -> "LeadQuerySet":
        return self.on_board().filter(status__kind=Status.Kind.OPEN)

    def visible_to(self, user: User) -> "LeadQuerySet":
        """The one rule of sight: managers see every lead, a consultant sees the own ones."""
        if not user.is_active:
            return self.none()
        return self if user.is_manager else self.filter(consultant_id=user.pk)

    def takeable_by(self, user: User) -> "LeadQuerySet":
        """Leads in the pools whose circles the user belongs to; managers look into every pool."""
        pools = AssignmentRule.objects.filter(is_active=True, strategy=AssignmentRule.Strategy.POOL)
        if not user.is_manager:
            pools = pools.filter(members__consultant=user.pk)
        return self.open().filter(pool__in=pools).order_by("-score", "awaits_consultant_since", "id")

    def awaiting_consultant(self) -> "LeadQuerySet":
        """The unassigned queue: hottest first, then whoever waits longest.

        The status is asked apart, not joined: whoever locks the lead would lock the whole column.
        """
        return (
            self.on_board()
            .filter(status__in=Status.objects.filter(kind=Status.Kind.OPEN))
            .exclude(awaits_consultant_since=None)
            .order_by("-score", "awaits_consultant_since")
        )


def top_of_column() -> int:
    """A position above everything placed before: minus now, in nanoseconds. Needs no look at the column."""
    return -time.time_ns()


class Lead(models.Model):
    """A person who may buy. Written only through `leads.services`."""

    class Temperature(models.TextChoices):
        HOT = "hot", _("Hot")
        WARM = "warm", _("Warm")
        COLD = "cold", _("Cold")

    class Refinement(models.TextChoices):
        """Whether a model was asked to look at what the rules decided."""

        PENDING = "pending", _("Waiting for the model")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    # E.164: a plus and fifteen digits at most
    phone = models.CharField(_("phone"), max_length=20, null=True, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    product = models.CharField(_("product"), max_length=200, blank=True)
    message = models.TextField(_("message"), blank=True)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True, blank=True)
    source = models.ForeignKey(
        "leads.Source", models.PROTECT, null=True, blank=True, verbose_name=_("source")
    )
    creator = models.CharField(_("brought by"), max_length=120, blank=True)
    attribution = models.JSONField(_("attribution"), default=dict, blank=True)
    extra = models.JSONField(_("everything else that came"), default=dict, blank=True)

    # Without an index of its own, as `merged_into`: every change of a lead writes all of its indexes anew
    status = models.ForeignKey(Status, models.PROTECT, db_index=False, verbose_name=_("status"))
    position = models.BigIntegerField(default=top_of_column, editable=False)
    consultant = models.ForeignKey(
        "leads.Consultant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("consultant"),
    )
    assigned_at = models.DateTimeField(_("assigned at"), null=True, blank=True)
    awaits_consultant_since = models.DateTimeField(
        _("in the unassigned queue since"), null=True, blank=True, editable=False
    )
    pool = models.ForeignKey(
        "leads.AssignmentRule",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="pooled_leads",
        verbose_name=_("in the pool of"),
    )
    reply_due_at = models.DateTimeField(_("first reply due at"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    needs_manager = models.BooleanField(_("for a manager to decide"), default=False, editable=False)
    opted_out_at = models.DateTimeField(_("asked for no messages at"), null=True, blank=True, editable=False)
    alert_at = models.DateTimeField(_("managers told at"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("won or lost at"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )

    temperature = models.CharField(
        _("temperature"), max_length=4, choices=Temperature.choices, default=Temperature.COLD
    )
    score = models.PositiveSmallIntegerField(_("score"), default=0)
    classification = models.JSONField(_("classification"), default=dict, blank=True)
    refinement = models.CharField(
        max_length=7, choices=Refinement.choices, default=Refinement.PENDING, editable=False
    )
    refine_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    refine_after = models.DateTimeField(null=True, blank=True, editable=False)
    is_spam = models.BooleanField(_("spam"), default=False)
    slots = models.JSONField(
        _("slots"),
        default=dict,
        blank=True,
        help_text=_("What the agent learned, with the client's own words."),
    )

    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    first_response_at = models.DateTimeField(_("first response at"), null=True, blank=True)
    last_message = models.CharField(_("last message"), max_length=200, blank=True)
    last_message_author = models.CharField(max_length=10, blank=True)
    last_message_at = models.DateTimeField(_("last message at"), null=True, blank=True)
    unread_count = models.PositiveIntegerField(_("unread"), default=0)

    version = models.PositiveIntegerField(default=1, editable=False)
    changed_in = ChangedInField(editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["status", "position", "id"], name="lead_column", condition=Q(archived_at=None)
            ),
            models.Index(
                fields=["consultant", "status", "position", "id"],
                name="lead_own_column",
                condition=Q(archived_at=None),
            ),
            # What changed after a cursor (ADR 3)
            models.Index(fields=["changed_in"], name="lead_changed_in"),
            models.Index(fields=["-created_at", "id"], name="lead_newest"),
            models.Index(fields=["merged_into"], name="lead_merged", condition=Q(merged_into__isnull=False)),
            models.Index(
                fields=["status", "waiting_since"],
                name="lead_waiting",
                condition=Q(archived_at=None, waiting_since__isnull=False),
            ),
            models.Index(
                fields=["pool", "-score", "awaits_consultant_since"],
                name="lead_pool",
                condition=Q(pool__isnull=False),
            ),
            models.Index(
                fields=["reply_due_at"], name="lead_reply_due", condition=Q(reply_due_at__isnull=False)
            ),
            models.Index(fields=["alert_at"], name="lead_alert_due", condition=Q(alert_at__isnull=False)),
            # For `@>` alone, which is all that is asked: smaller
            # and faster than the usual one (PostgreSQL 8.14.4)
            GinIndex(
                fields=["attribution"],
                name="lead_attribution",
                opclasses=["jsonb_path_ops"],
                condition=ATTRIBUTED,
            ),
            models.Index(ClickedAt(), name="lead_clicked_at", condition=ATTRIBUTED),
            models.Index(
                fields=["refine_after"],
                name="lead_to_refine",
                condition=Q(refinement="pending", archived_at=None),
            ),
            models.Index(
                fields=["-score", "awaits_consultant_since"],
                name="lead_unassigned_queue",
                condition=Q(awaits_consultant_since__isnull=False, archived_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.phone or self.email or str(self.id)


class LeadSearch(models.Model):
    """The words that a lead is found by, apart from it: leads change all the time, their words hardly ever.

    Written by a trigger alone, whichever way the lead was written (migration 0018).
    """

    # The trigger needs no constraint to be right, and each new lead would pay for its check
    lead = models.OneToOneField(
        Lead, models.CASCADE, primary_key=True, db_constraint=False, related_name="search"
    )
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="lead_words")]

    def __str__(self) -> str:
        return str(self.lead_id)
