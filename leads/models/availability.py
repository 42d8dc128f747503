"""When a consultant works. Rows in the consultant's own time zone; none means always."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from leads import clock


class WorkingHours(models.Model):
    """One span of a weekday. Several spans a day are several rows; a consultant without rows works always."""

    class Weekday(models.IntegerChoices):
        # As ISO 8601 counts, Python's `isoweekday` and PostgreSQL's `isodow`
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    consultant = models.ForeignKey(
        "leads.Consultant", models.CASCADE, related_name="working_hours", verbose_name=_("consultant")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="working_hours_end_after_start",
                violation_error_message=_("The end must come after the start."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class Absence(models.Model):
    """Leave, travel, an afternoon off."""

    consultant = models.ForeignKey(
        "leads.Consultant", models.CASCADE, related_name="absences", verbose_name=_("consultant")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["consultant", "ends_at"], name="absence_of_consultant")]

    def __str__(self) -> str:
        return f"{self.consultant}, {clock.day_in_words(self.starts_at)} – {clock.day_in_words(self.ends_at)}"

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must come after the start.")})


class Holiday(models.Model):
    """A day on which nobody who keeps working hours is on duty."""

    date = models.DateField(_("date"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{date_format(self.date)}, {self.name}"
