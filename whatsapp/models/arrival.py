"""What came to the agent's lines and is not taken in yet."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from whatsapp.models.line import Line


class Arrival(models.Model):
    """One signed message to the agent, durable before it is understood. Gone once it stands in its conversation.

    `next_attempt_at` None: given up, for a person to look at. Messages to consultants' own lines never
    come here: of people who are no leads the database keeps nothing.
    """

    line = models.ForeignKey(Line, models.CASCADE, related_name="arrivals", verbose_name=_("line"))
    sid = models.CharField(_("message id"), max_length=255, unique=True)
    client_key = models.CharField(_("client"), max_length=160)
    message = models.JSONField(_("message"))
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, auto_now_add=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("message on its way in")
        verbose_name_plural = _("messages on their way in")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["line", "client_key", "id"],
                name="arrival_of_client",
                condition=Q(next_attempt_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.sid
