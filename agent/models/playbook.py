"""What a manager configures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Playbook(models.Model):
    """Persona, questions, rules and wording of the agent. Edited as a draft, used as published versions."""

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
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["name"]
        constraints = [
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


class KnowledgeSnippet(models.Model):
    """A fact that the agent may tell, cited by its id in the trace."""

    playbook = models.ForeignKey(
        Playbook, models.CASCADE, related_name="snippets", verbose_name=_("playbook")
    )
    title = models.CharField(_("question or title"), max_length=200)
    body = models.TextField(_("answer"))
    language = models.CharField(
        _("language"), max_length=10, choices=[("pt-BR", "pt-BR"), ("es", "es"), ("en", "en")]
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("knowledge snippet")
        verbose_name_plural = _("knowledge snippets")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
