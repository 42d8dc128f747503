"""Whom a lead may go to: rules, circles and their turns."""

import re
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads import clock

DEFAULT_ALERT_MINUTES = 15
# BCP 47, and what POSIX and some forms make of it: pt, pt-BR, pt_BR
LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*")


def words(name: Any) -> ArrayField:
    """A condition that is a list of words; empty: any."""
    return ArrayField(
        models.CharField(max_length=120),
        verbose_name=name,
        default=list,
        blank=True,
        help_text=_("Empty: any."),
    )


class AssignmentRule(models.Model):
    """A circle of consultants and whom it serves. The first active rule that fits a lead decides.

    `pointer` is the turn of the circle that got the last lead: the one row that concurrent decisions of
    the same rule take in turn.
    """

    class Strategy(models.TextChoices):
        ROUND_ROBIN = "round_robin", _("Round robin")
        LEAST_BUSY = "least_busy", _("Fewest open leads")
        POOL = "pool", _("Consultants take from a pool")

    class Fallback(models.TextChoices):
        NEXT_RULE = "next_rule", _("Ask the next rule that fits")
        QUEUE = "queue", _("Wait in the unassigned queue")

    name = models.CharField(_("name"), max_length=80)
    position = models.SmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    strategy = models.CharField(
        _("strategy"), max_length=12, choices=Strategy.choices, default=Strategy.ROUND_ROBIN
    )
    fallback = models.CharField(
        _("when nobody is available"), max_length=9, choices=Fallback.choices, default=Fallback.QUEUE
    )
    sources = models.ManyToManyField(
        "leads.Source",
        blank=True,
        verbose_name=_("sources"),
        help_text=_("Only leads from these sources. Empty: every source."),
    )
    languages = words(_("only these languages"))
    cities = words(_("only these cities"))
    products = words(_("only products that contain"))
    temperatures = words(_("only these temperatures"))
    creators = words(_("only leads brought by"))
    min_value = models.DecimalField(
        _("value at least"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    max_value = models.DecimalField(
        _("value at most"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    returns_to_owner = models.BooleanField(
        _("returning people go to whoever had them"),
        default=True,
        help_text=_("Off: the circle decides again when a closed lead comes back."),
    )
    reply_minutes = models.PositiveSmallIntegerField(
        _("first reply within (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Of the consultant’s own working hours; then they are reminded. Empty: no limit."),
    )
    reply_grace_minutes = models.PositiveSmallIntegerField(
        _("after the reminder (minutes)"),
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("Then the lead goes to the next of the circle, and both are told."),
    )
    reply_rounds = models.PositiveSmallIntegerField(
        _("so many times at most"), default=2, help_text=_("Then the managers decide. 0: at once.")
    )
    alert_minutes = models.PositiveSmallIntegerField(
        _("tell the managers when nobody has a lead for (minutes)"),
        null=True,
        blank=True,
        default=DEFAULT_ALERT_MINUTES,
        help_text=_("Empty: never. Leads that no rule serves: after 15 minutes."),
    )
    # 0 is before the first turn, whose position is 1
    pointer = models.PositiveIntegerField(_("pointer"), default=0, editable=False)
    decisions = models.PositiveBigIntegerField(_("leads given"), default=0, editable=False)

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for word in self.languages:
            if not LANGUAGE_CODE.fullmatch(word):
                text = _("“%(word)s” is no code of a language. Examples: pt, en, es.")
                raise ValidationError({"languages": text % {"word": word}})
        if self.min_value is not None and self.max_value is not None and self.min_value > self.max_value:
            raise ValidationError(
                {"max_value": _("No value is between these two: the rule would serve nobody.")}
            )

    @property
    def is_pool(self) -> bool:
        """Leads wait here for whoever of the circle takes them first."""
        return self.is_active and self.strategy == self.Strategy.POOL


class RuleMember(models.Model):
    """A consultant's seat in a circle."""

    rule = models.ForeignKey(AssignmentRule, models.CASCADE, related_name="members", verbose_name=_("rule"))
    consultant = models.ForeignKey(
        "leads.Consultant", models.CASCADE, related_name="seats", verbose_name=_("consultant")
    )
    position = models.PositiveIntegerField(_("order"))
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("2: twice as many."),
    )
    leads_given = models.PositiveBigIntegerField(_("leads given"), default=0, editable=False)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "consultant"], name="one_seat_per_consultant"),
        ]

    def __str__(self) -> str:
        return f"{self.consultant} ({self.rule})"


class CircleTurn(models.Model):
    """One turn of the circle. A seat of weight three has three, spread evenly; `leads.circles` lays them out."""

    rule = models.ForeignKey(AssignmentRule, models.CASCADE, related_name="turns", verbose_name=_("rule"))
    position = models.PositiveIntegerField(_("position"))
    member = models.ForeignKey(RuleMember, models.CASCADE, related_name="turns", verbose_name=_("consultant"))

    class Meta:
        verbose_name = _("turn of a circle")
        verbose_name_plural = _("turns of circles")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["rule", "position"], name="one_turn_per_position")]

    def __str__(self) -> str:
        return f"{self.position}: {self.member}"


class CircleLayout(models.Model):
    """One laying out of a circle's turns, appended when seats or weights change. With the assignments it is
    the ledger of the pointer: between two layouts the pointer goes from turn to turn, each in a decision.
    """

    rule = models.ForeignKey(
        AssignmentRule, models.CASCADE, related_name="layouts", verbose_name=_("rule"), editable=False
    )
    turns = ArrayField(
        models.BigIntegerField(), verbose_name=_("turns"), help_text=_("Ids of consultants, in order.")
    )
    pointer_before = models.PositiveIntegerField(_("pointer before"))
    pointer_after = models.PositiveIntegerField(_("pointer after"))
    follows = models.PositiveBigIntegerField(
        _("after decision"), default=0, help_text=_("The last one before this; 0: none.")
    )
    reason = models.TextField(_("reason"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of a circle")
        verbose_name_plural = _("changes of circles")
        ordering = ["-id"]

    def __str__(self) -> str:
        # The reason is kept in English
        return f"{self.rule}, {clock.in_words(self.created_at)}"
