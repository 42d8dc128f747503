"""How many points the rules give: one row that managers edit, defaults where there is none."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScoringProfile(models.Model):
    """Points of each rule and the thresholds of the temperatures. The newest row counts."""

    # All that speaks for a lead makes 100, of the two times the nearer one; a source's weight comes on top
    phone = models.SmallIntegerField(_("has a valid phone"), default=15)
    email = models.SmallIntegerField(_("has an e-mail that is not disposable"), default=5)
    budget = models.SmallIntegerField(_("says a budget"), default=15)
    budget_in_range = models.SmallIntegerField(_("budget in our range"), default=10)
    timeline_now = models.SmallIntegerField(_("wants it now"), default=20)
    timeline_soon = models.SmallIntegerField(_("wants it within three months"), default=10)
    buying_words = models.SmallIntegerField(_("writes like a buyer"), default=10)
    product = models.SmallIntegerField(_("names a product"), default=10)
    city_in_area = models.SmallIntegerField(_("lives where we sell"), default=10)
    long_message = models.SmallIntegerField(_("writes more than a line"), default=5)
    spam = models.SmallIntegerField(_("looks like spam"), default=-60)
    no_contact = models.SmallIntegerField(_("cannot be reached"), default=-40)
    hot_from = models.PositiveSmallIntegerField(_("hot from"), default=65)
    warm_from = models.PositiveSmallIntegerField(_("warm from"), default=35)
    budget_from = models.DecimalField(
        _("our range from"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    budget_to = models.DecimalField(_("our range to"), max_digits=14, decimal_places=2, null=True, blank=True)
    areas = models.TextField(_("cities where we sell"), blank=True, help_text=_("One per line."))
    spam_words = models.TextField(
        _("more spam words"), blank=True, help_text=_("One per line, beside the built-in ones.")
    )

    class Meta:
        verbose_name = _("scoring rules")
        verbose_name_plural = _("scoring rules")

    def __str__(self) -> str:
        return str(_("scoring rules"))
