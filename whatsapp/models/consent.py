"""The ledger of consent."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentEvent(models.Model):
    """One opt-in or opt-out with its evidence. Appended, never changed."""

    class Kind(models.TextChoices):
        OPT_IN = "opt_in", _("Opt-in")
        OPT_OUT = "opt_out", _("Opt-out")

    client_key = models.CharField(_("client"), max_length=160, db_index=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    message = models.ForeignKey(
        "whatsapp.Message", models.SET_NULL, null=True, blank=True, verbose_name=_("message that says so")
    )
    evidence = models.TextField(_("evidence"), blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d}"
