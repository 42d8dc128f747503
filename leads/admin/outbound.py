"""Outgoing webhooks: who is told, and what could not be said."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.admin.read_only import ReadOnlyAdmin
from leads.models import Endpoint, LeadEvent, OutboundMessage
from leads.outbound import wire
from leads.outbound.sending import replay_messages
from leads.services.sources import new_secrets
from leads.sources.credentials import signing_key
from leads.stored_words import said_again


class EndpointForm(forms.ModelForm):
    """A signing secret is made where none is given; it is shown once and kept where left empty."""

    url = forms.URLField(label=capfirst(gettext_lazy("address")), max_length=500, assume_scheme="https")
    kinds = forms.MultipleChoiceField(
        label=capfirst(gettext_lazy("kinds of events")),
        choices=LeadEvent.Kind.choices,
        required=False,
        help_text=gettext_lazy("None chosen: all."),
    )
    secret = forms.CharField(
        label=capfirst(gettext_lazy("signing secret")),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = Endpoint
        fields = ["name", "url", "kinds", "secret", "is_active"]

    fresh_secret = ""

    def clean_url(self) -> str:
        """Refused at once where the address itself says so; a name is judged whenever it is sent to."""
        url = str(self.cleaned_data["url"])
        if not wire.is_web_address(url):
            raise forms.ValidationError(_("Only http and https addresses without a login can be told."))
        if wire.is_surely_forbidden(url):
            raise forms.ValidationError(_("This address is not on the public internet."))
        return url

    def clean_secret(self) -> str:
        secret = str(self.cleaned_data["secret"] or self.instance.secret)
        if not secret:
            secret = self.fresh_secret = new_secrets().signing
        if not signing_key(secret):
            raise forms.ValidationError(_("A signing secret is whsec_ and base64."))
        return secret


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin):
    form = EndpointForm
    list_display = ["name", "url", "is_active", "why_stopped", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "url"]

    @admin.display(description=gettext_lazy("stopped because"), ordering="stopped_because")
    def why_stopped(self, endpoint: Endpoint) -> str:
        return said_again(endpoint.stopped_because)

    def save_model(self, request: HttpRequest, obj: Endpoint, form: EndpointForm, change: bool) -> None:
        if obj.is_active:
            # Switched on again by hand, it is told anew
            obj.stopped_because = ""
        super().save_model(request, obj, form, change)
        if form.fresh_secret:
            text = _("Copy the signing secret now; it is not shown again.")
            messages.warning(request, format_html("{}<pre>{}</pre>", text, form.fresh_secret))


@admin.register(OutboundMessage)
class OutboundMessageAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "endpoint",
        "event",
        "state",
        "attempts",
        "status_code",
        "why_not",
        "next_attempt_at",
    ]
    list_filter = ["state", "endpoint", "created_at"]
    search_fields = ["id", "error", "event__lead__name"]
    list_select_related = ["endpoint", "event"]
    fields = [
        *("endpoint", "event", "state", "attempts", "next_attempt_at"),
        *("status_code", "why_not", "created_at", "sent_at"),
    ]
    actions = ["replay"]

    @admin.display(description=gettext_lazy("error"), ordering="error")
    def why_not(self, message: OutboundMessage) -> str:
        return said_again(message.error) or "—"

    @admin.action(description=gettext_lazy("Send once more"))
    def replay(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        rows = list(chosen)
        owed = replay_messages(rows)
        if owed:
            messages.success(request, _("%d messages are sent once more.") % owed)
        if owed < len(rows):
            text = _("%d messages stay as they are: their outgoing webhook is switched off.")
            messages.warning(request, text % (len(rows) - owed))
