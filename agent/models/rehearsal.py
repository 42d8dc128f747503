"""A draft and the published version, played through the same dialogues before the draft may speak."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.models import User


class Rehearsal(models.Model):
    """Work for a worker: dialogues played so far are kept, so that another worker can go on after a crash.

    `results` are `{id, draft, published}` by dialogue, each run as `agent.rehearsing` writes it;
    `published` is None where nothing was published.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    # For one dialogue, not for all: it is renewed with each
    LEASE = timedelta(minutes=2)

    playbook = models.ForeignKey(
        "agent.Playbook", models.CASCADE, related_name="rehearsals", verbose_name=_("playbook")
    )
    draft = models.JSONField(_("draft"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    version = models.ForeignKey(
        "agent.PlaybookVersion",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("compared with"),
    )
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.PENDING)
    total = models.PositiveSmallIntegerField(_("dialogues"), default=0)
    results = models.JSONField(_("results"), default=list)
    error = models.CharField(_("error"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["created_at"], name="rehearsal_owed", condition=Q(state="pending"))]

    def __str__(self) -> str:
        return f"{self.playbook}: {self.get_state_display()}"

    @property
    def played(self) -> int:
        return len(self.results)
