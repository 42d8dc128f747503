"""Where webhook leads come from, and every request as it came."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads import clock
from leads.fields import EncryptedTextField


class Source(models.Model):
    """A configured origin of webhook leads. `kind` names a module of `leads.sources`."""

    # Slugs of what needs no configuration. Whoever wrote to us first came
    # by WhatsApp and has no row; the other two have one each, made when needed
    WHATSAPP = "whatsapp"
    BY_HAND = "manual"
    BY_API = "api"

    class Returning(models.TextChoices):
        """What becomes of a person whose lead is won or lost, and who comes again."""

        REOPEN = "reopen", _("Open the closed lead again")
        NEW_LEAD = "new_lead", _("Make a new lead")

    slug = models.SlugField(_("slug"), unique=True, help_text=_("The last part of the webhook's address."))
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=30, default="generic")
    secret = EncryptedTextField(
        _("secret"), blank=True, help_text=_("Bearer secret, key or app secret of the sender.")
    )
    previous_secret = EncryptedTextField(
        _("previous secret"), blank=True, help_text=_("Still accepted, for rotation.")
    )
    signing_secret = EncryptedTextField(
        _("signing secret"), blank=True, help_text=_("Standard Webhooks, whsec_…")
    )
    previous_signing_secret = EncryptedTextField(_("previous signing secret"), blank=True)
    verify_token = EncryptedTextField(_("verify token"), blank=True, help_text=_("Meta: hub.verify_token."))
    access_token = EncryptedTextField(
        _("access token"), blank=True, help_text=_("To fetch the answers where needed.")
    )
    default_country = models.CharField(_("default country"), max_length=2, default="BR")
    mapping = models.JSONField(
        _("mapping"), default=dict, blank=True, help_text=_("Field → path; empty: inferred.")
    )
    mapping_version = models.PositiveIntegerField(_("mapping version"), default=0, editable=False)
    rate_per_minute = models.PositiveIntegerField(_("rate per minute"), default=6000)
    weight = models.SmallIntegerField(
        _("weight"), default=0, help_text=_("Points for every lead of this source, −10 to 15.")
    )
    returning = models.CharField(
        _("when a closed lead comes back"),
        max_length=8,
        choices=Returning.choices,
        default=Returning.REOPEN,
        help_text=_("Either way the former consultant gets the lead, if available."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MappingVersion(models.Model):
    """One mapping as it was saved, so that a wrong one can be looked up and taken back."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="mappings", verbose_name=_("source"))
    version = models.PositiveIntegerField(_("version"))
    mapping = models.JSONField(_("mapping"), default=dict)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["source", "version"], name="one_mapping_per_version")]

    def __str__(self) -> str:
        return f"{self.source} {self.version}"


class Delivery(models.Model):
    """One webhook request as received: committed before anything is understood, replayable for ever."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        PROCESSED = "processed", _("Processed")
        DUPLICATE = "duplicate", _("Duplicate")
        REJECTED = "rejected", _("Rejected")
        FAILED = "failed", _("Failed, will be tried again")
        DEAD = "dead", _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A source that received anything is switched off, not deleted: every request stays accounted for
    source = models.ForeignKey(Source, models.PROTECT, related_name="deliveries", verbose_name=_("source"))
    # As it came, for senders lie about charsets, and a mended reader must find what the first one found
    body = models.BinaryField(_("body"), null=True)
    content_type = models.CharField(_("content type"), max_length=200, blank=True)
    headers = models.JSONField(_("headers"), default=dict, help_text=_("Secrets are left out."))
    remote_address = models.GenericIPAddressField(_("from"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), auto_now_add=True, null=True)
    error = models.TextField(_("error"), blank=True)
    understood = models.JSONField(_("what was understood"), default=list, blank=True)
    leads = models.ManyToManyField(
        "leads.Lead", related_name="deliveries", blank=True, verbose_name=_("leads")
    )
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    processed_at = models.DateTimeField(_("processed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-received_at"]
        # What is settled, nearly every row, is not in the first
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="delivery_owed",
                condition=Q(state__in=["received", "failed"]),
            ),
            models.Index(fields=["-received_at"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.source.name}, {clock.in_words(self.received_at)}"


class SeenSubmission(models.Model):
    """The sender's own id of one submission (`leadgen_id`, form token …), so that it makes one lead once.

    `fingerprint` tells, of an Idempotency-Key, whether what was asked is the same as before.
    """

    source = models.ForeignKey(Source, models.CASCADE, verbose_name=_("source"))
    key = models.CharField(_("sender's id"), max_length=200)
    lead = models.ForeignKey("leads.Lead", models.CASCADE, verbose_name=_("lead"))
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("seen submission")
        verbose_name_plural = _("seen submissions")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="one_lead_per_submission")]

    def __str__(self) -> str:
        return self.key
