"""Who works here."""

from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

MANAGERS_GROUP = "managers"


class User(AbstractUser):
    """Somebody who logs in: a manager, a consultant, or an API client."""

    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)

    class Meta(AbstractUser.Meta):
        pass

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_manager(self) -> bool:
        """Managers see every lead. Asked often, so the answer is kept on the instance."""
        if not hasattr(self, "_is_manager"):
            self._is_manager = self.is_superuser or any(
                group.name == MANAGERS_GROUP for group in self.groups.all()
            )
        return self._is_manager


def default_timezone() -> str:
    return settings.TIME_ZONE


# Once per process: the server reads all its time zone files for this view
@cache
def _zones_of_database() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return frozenset(name for (name,) in cursor.fetchall())


def check_timezone(name: str) -> None:
    """A name that both Python and PostgreSQL know: both reckon with working hours."""
    if name not in available_timezones() or name not in _zones_of_database():
        raise ValidationError(
            _("“%(name)s” is no time zone. An example: America/Sao_Paulo.") % {"name": name}
        )


class Consultant(models.Model):
    """A user who sells."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="consultant",
        verbose_name=_("user"),
    )
    is_accepting_leads = models.BooleanField(
        _("accepting leads"),
        default=True,
        help_text=_("Off: new leads go to colleagues until it is on again."),
    )
    timezone = models.CharField(
        _("time zone"), max_length=40, default=default_timezone, validators=[check_timezone]
    )
    phone = models.CharField(
        _("own phone"), max_length=20, blank=True, help_text=_("For notifications, +5511…")
    )
    max_open_leads = models.PositiveIntegerField(
        _("capacity"), null=True, blank=True, help_text=_("Open leads at most; empty means no limit.")
    )
    typical_response_seconds = models.PositiveIntegerField(
        _("typical first response (seconds)"), null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("consultant")
        verbose_name_plural = _("consultants")

    def __str__(self) -> str:
        return str(self.user)
