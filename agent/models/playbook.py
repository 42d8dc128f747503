"""What a manager configures."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_HOURS = 24 * 30


class Playbook(models.Model):
    """Persona, questions, rules and wording of the agent. Edited as a draft, used as published versions.

    Caps and the return to the agent are no part of the draft: they hold at once, for every conversation.
    """

    name = models.CharField(_("name"), max_length=80)
    domain = models.SlugField(_("domain"), max_length=40)
    draft = models.JSONField(_("draft"), default=dict, help_text=_("Becomes a version when it is published."))
    is_default = models.BooleanField(_("default"), default=False, help_text=_("Used by new conversations."))
    current = models.ForeignKey(
        "agent.PlaybookVersion",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("published version"),
    )
    money_per_day = models.DecimalField(
        _("money a day"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_(
            "What the model may cost with this playbook, within the cap of all. Then the scripted agent goes on."
        ),
    )
    tokens_per_conversation = models.PositiveIntegerField(
        _("tokens a conversation and day"), null=True, blank=True, help_text=_("Empty: the cap of all.")
    )
    return_after_hours = models.PositiveSmallIntegerField(
        _("return to the agent after (hours)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)],
        help_text=_(
            "A transferred conversation in which no person has written or acted for so long goes back to the "
            "agent. Empty: never."
        ),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["name"]
        constraints = [
            # In the database, for two managers may choose a default at the same moment
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_playbook"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(models.Model):
    """A playbook as it was when published. Never edited; conversations stay with the one they began with."""

    playbook = models.ForeignKey(
        Playbook, models.CASCADE, related_name="versions", verbose_name=_("playbook")
    )
    number = models.PositiveIntegerField(_("number"))
    snapshot = models.JSONField(_("content"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)

    class Meta:
        verbose_name = _("playbook version")
        verbose_name_plural = _("playbook versions")
        ordering = ["playbook", "-number"]
        constraints = [models.UniqueConstraint(fields=["playbook", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.playbook} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once. A conversation must find what it began with."""
        if not self._state.adding:
            raise ValueError("a published version never changes")
        super().save(*args, **kwargs)
