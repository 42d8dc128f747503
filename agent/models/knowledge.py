"""What the agent may tell, and what it could not."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, Func, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agent.brains.playbook import LANGUAGES
from leads.models import User

LANGUAGE_CHOICES = [("pt-BR", _("Portuguese")), ("es", _("Spanish")), ("en", _("English"))]
# PostgreSQL's names of the rules that take "financiamentos" and "financiar" for one word.
STEMMERS = {"pt-BR": "portuguese", "es": "spanish", "en": "english"}
ACCENTED, PLAIN = "áàâãäéèêëíìîïóòôõöúùûüçñ", "aaaaaeeeeiiiiooooouuuucn"


def folded(text: str) -> Func:
    """Lower case without accents. An expression instead of an extension, which needs a superuser."""
    # `unaccent()` would not do in any case: it is STABLE, and a generated column takes immutable functions
    # alone (PostgreSQL: Generated Columns)
    return Func(
        Lower(text), Value(ACCENTED), Value(PLAIN), function="TRANSLATE", output_field=models.TextField()
    )


def _indexed(stemmer: str) -> Combinable:
    title, body = (
        # Weights: a word of the title counts for more than one of the body
        SearchVector(folded(name), config=stemmer, weight=weight)
        for name, weight in (("title", "A"), ("body", "B"))
    )
    return title + body


class KnowledgeSnippet(models.Model):
    """A fact that the agent may tell, cited by its id in the trace. `search` follows title and body by itself."""

    playbook = models.ForeignKey(
        "agent.Playbook", models.CASCADE, related_name="snippets", verbose_name=_("playbook")
    )
    title = models.CharField(_("question or title"), max_length=200)
    body = models.TextField(_("answer"), help_text=_("Told word for word when a client asks."))
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGE_CHOICES)
    is_active = models.BooleanField(_("active"), default=True)
    search = models.GeneratedField(
        expression=Case(
            *[When(language=language, then=_indexed(STEMMERS[language])) for language in LANGUAGES]
        ),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("knowledge snippet")
        verbose_name_plural = _("knowledge snippets")
        ordering = ["title"]
        indexes = [GinIndex(fields=["search"], name="snippet_by_words")]

    def __str__(self) -> str:
        return self.title

    @property
    def cited_as(self) -> str:
        return f"kb{self.pk}"


class UnansweredQuestion(models.Model):
    """What clients asked and no knowledge answered, for a manager. One row for all who asked the same.

    `key` is the question's telling words by their stems, so that order, accents and endings do not matter.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be answered")
        ANSWERED = "answered", _("Answered")
        DISMISSED = "dismissed", _("Not for the agent")

    playbook = models.ForeignKey(
        "agent.Playbook", models.CASCADE, related_name="unanswered", verbose_name=_("playbook")
    )
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGE_CHOICES)
    key = models.CharField(max_length=300, editable=False)
    text = models.CharField(_("question"), max_length=300)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    times = models.PositiveIntegerField(_("times asked"), default=1)
    conversation = models.ForeignKey(
        "whatsapp.Conversation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("last asked in"),
    )
    snippet = models.ForeignKey(
        KnowledgeSnippet,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("answer"),
    )
    closed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    first_asked_at = models.DateTimeField(_("first asked"), auto_now_add=True)
    last_asked_at = models.DateTimeField(_("last asked"))

    class Meta:
        verbose_name = _("unanswered question")
        verbose_name_plural = _("unanswered questions")
        ordering = ["-times", "-last_asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "language", "key"], name="each_question_once")
        ]

    def __str__(self) -> str:
        return self.text
