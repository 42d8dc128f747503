"""One WhatsApp number of ours."""

from datetime import timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.fields import EncryptedTextField
from leads.languages import language_of
from leads.models import Source

KEPT_MESSAGES = 20  # of each chat, in the chat list
LANGUAGES = [("pt-BR", _("Brazilian Portuguese")), ("es", _("Spanish")), ("en", _("English"))]


class Line(models.Model):
    """The agent's number, or one consultant's. Found by the address that a message was sent `To`."""

    class Kind(models.TextChoices):
        AGENT = "agent", _("Agent")
        CONSULTANT = "consultant", _("Consultant")

    class Transport(models.TextChoices):
        TWILIO = "twilio", _("Twilio")
        CLOUD = "cloud", _("WhatsApp Cloud API (Meta)")

    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=80, unique=True, help_text=_("whatsapp:+14155238886"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.AGENT)
    consultant = models.ForeignKey(
        "leads.Consultant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("consultant"),
    )
    private_since = models.DateTimeField(
        _("with this consultant since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("What strangers wrote before is the former consultant's. Empty: there was none."),
    )
    transport = models.CharField(
        _("transport"), max_length=10, choices=Transport.choices, default=Transport.TWILIO
    )
    account_sid = models.CharField(
        _("Twilio account SID"),
        max_length=40,
        blank=True,
        help_text=_("Empty: the account of the environment."),
    )
    auth_token = EncryptedTextField(_("auth token"), blank=True)
    next_auth_token = EncryptedTextField(
        _("next auth token"), blank=True, help_text=_("Accepted too, for rotation.")
    )
    shared_key = EncryptedTextField(
        _("webhook shared key"),
        blank=True,
        help_text=_("Where Twilio signs with a SharedKey, not the auth token."),
    )
    next_shared_key = EncryptedTextField(
        _("next webhook shared key"), blank=True, help_text=_("Accepted too, for rotation.")
    )
    phone_number_id = models.CharField(
        _("phone number id"), max_length=40, blank=True, help_text=_("Meta's id of this number.")
    )
    business_account_id = models.CharField(
        _("WhatsApp business account id"),
        max_length=40,
        blank=True,
        help_text=_("Meta's id of the account that the templates belong to."),
    )
    access_token = EncryptedTextField(_("access token"), blank=True)
    app_secret = EncryptedTextField(
        _("app secret"), blank=True, help_text=_("Meta signs its webhooks with it.")
    )
    next_app_secret = EncryptedTextField(
        _("next app secret"), blank=True, help_text=_("Accepted too, for rotation.")
    )
    verify_token = EncryptedTextField(
        _("verify token"), blank=True, help_text=_("The word that Meta shows when the webhook is set up.")
    )
    default_country = models.CharField(_("default country"), max_length=2, default="BR")
    default_language = models.CharField(
        _("default language"),
        max_length=10,
        choices=LANGUAGES,
        default="",
        blank=True,
        help_text=_(
            "What the agent answers in until the client's own words tell, and what is confirmed in where the "
            "client's word is the same in every language (STOP). Empty: as usual in the country."
        ),
    )
    brought_messages = models.PositiveSmallIntegerField(
        _("messages that come along"),
        default=0,
        validators=[MaxValueValidator(KEPT_MESSAGES)],
        help_text=_(
            "When somebody in the chat list becomes a lead, so many of their last messages that the list "
            "still holds are kept with the lead. 0: only what is said from then on."
        ),
    )
    returning = models.CharField(
        _("when a closed lead comes back"),
        max_length=8,
        choices=Source.Returning.choices,
        default=Source.Returning.REOPEN,
        help_text=_(
            "When somebody whose lead is won or lost writes again, a day after the last words or later. Either "
            "way the former consultant gets the lead, if available; nobody's is left to the agent first."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)
    last_inbound_at = models.DateTimeField(_("last inbound"), null=True, blank=True, editable=False)
    reconciled_at = models.DateTimeField(_("asked Twilio"), null=True, blank=True, editable=False)
    recovered_count = models.PositiveIntegerField(_("recovered messages"), default=0, editable=False)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True, editable=False)
    is_webhook_configured = models.BooleanField(
        _("webhook configured"), null=True, blank=True, editable=False
    )
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True, editable=False)
    paused_since = models.DateTimeField(
        _("paused since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since when the provider refuses all messages because of how the line is set up."),
    )
    paused_until = models.DateTimeField(
        _("paused until"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "Messages wait until then; then one is tried. One that goes out ends the pause, and so does "
            "“Save and check this line” once the account is right. What has waited for a day fails."
        ),
    )

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="agent") | Q(consultant__isnull=False),
                name="consultant_line_has_consultant",
                violation_error_message=_("A consultant's line needs its consultant."),
            ),
            models.UniqueConstraint(
                fields=["phone_number_id"],
                # Lines at Twilio have none, and there may be many of them
                condition=~Q(phone_number_id=""),
                name="one_line_per_phone_number_id",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def say_heard(self) -> None:
        """Note that a message came, once a minute at most: many webhooks must not queue for this row."""
        now = timezone.now()
        if self.last_inbound_at is None or self.last_inbound_at < now - timedelta(minutes=1):
            Line.objects.filter(pk=self.pk).update(last_inbound_at=now)

    @property
    def number(self) -> str:
        return self.address.removeprefix("whatsapp:")

    @property
    def usual_language(self) -> str:
        """What people write in here unless their own words tell: as set, else as usual in the country."""
        return self.default_language or language_of(self.default_country)
