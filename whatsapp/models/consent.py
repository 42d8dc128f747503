"""The ledger of consent."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads import clock


class ConsentEvent(models.Model):
    """One opt-in or opt-out on WhatsApp, or one answer in a form, with its evidence. Appended, never changed.

    Only the client's own words on WhatsApp block sending or lift the block: anybody can fill in a form
    with somebody else's number.
    """

    class Kind(models.TextChoices):
        OPT_IN = "opt_in", _("Opt-in")
        OPT_OUT = "opt_out", _("Opt-out")
        GIVEN = "given", _("Agreed in a form")
        NOT_GIVEN = "not_given", _("Did not agree in a form")

    client_key = models.CharField(_("client"), max_length=160, db_index=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    message = models.ForeignKey(
        "whatsapp.Message", models.SET_NULL, null=True, blank=True, verbose_name=_("message that says so")
    )
    lead_event = models.ForeignKey(
        "leads.LeadEvent", models.SET_NULL, null=True, blank=True, verbose_name=_("submission that says so")
    )
    subject = models.CharField(
        _("about"), max_length=200, blank=True, help_text=_("The box of the form, as its sender names it.")
    )
    evidence = models.TextField(_("evidence"), blank=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead_event", "subject", "client_key"], name="one_consent_per_box_of_a_form"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {clock.day_in_words(self.created_at)}"
