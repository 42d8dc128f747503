"""Lines: their numbers, their accounts, their health. Secrets go in and never come out."""

from typing import Any

import redis
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models import Consultant
from leads.stored_words import said_again
from whatsapp import chat_index, rebuilding
from whatsapp.line_check import check_line, webhook_address
from whatsapp.models import Line
from whatsapp.payloads import address_of

HEALTH = (
    "last_inbound_at",
    "is_webhook_configured",
    "checked_at",
    "what_is_wrong",
    "last_error_at",
    "paused_since",
    "paused_until",
    "reconciled_at",
    "recovered_count",
)
GENERAL = (
    "name",
    "address",
    "kind",
    "consultant",
    "is_active",
    "default_country",
    "default_language",
    "brought_messages",
    "returning",
    "transport",
)
CHECK = "_check"  # the button's name
TWILIO_SECRETS = ("auth_token", "next_auth_token", "shared_key", "next_shared_key")
CLOUD_SECRETS = ("access_token", "app_secret", "next_app_secret", "verify_token")
SECRETS = (*TWILIO_SECRETS, *CLOUD_SECRETS)
NEEDED_AT_META = ("phone_number_id", "business_account_id", *CLOUD_SECRETS[:2], "verify_token")


class LineForm(forms.ModelForm):
    """A secret that is left empty stays as it is; a dash takes it away."""

    class Meta:
        model = Line
        fields = [
            *GENERAL,
            "account_sid",
            *TWILIO_SECRETS,
            "phone_number_id",
            "business_account_id",
            *CLOUD_SECRETS,
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those who script this form may leave them out: what is not told stays as it is
        self.fields["brought_messages"].required = False
        self.fields["returning"].required = False
        self.fields["transport"].required = False
        for name in SECRETS:
            is_known = bool(getattr(self.instance, name))
            self.fields[name].widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            self.fields[name].help_text = (
                _("Set. Leave empty to keep it, write - to remove it.") if is_known else _("Not set.")
            )

    def clean_consultant(self) -> Consultant | None:
        """Where the private chats on the line cannot be removed, it stays whose it is."""
        consultant: Consultant | None = self.cleaned_data["consultant"]
        if self.instance.pk and "consultant" in self.changed_data:
            try:
                chat_index.how_built(self.instance.pk)
            except redis.RedisError as error:
                raise forms.ValidationError(
                    _("The private chats of this line cannot be removed just now. Try again in a moment.")
                ) from error
        return consultant

    def clean_address(self) -> str:
        address = address_of(self.cleaned_data["address"])
        if not address:
            raise forms.ValidationError(_("Write the number with its country code: +14155238886."))
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["brought_messages"] = cleaned.get("brought_messages") or 0
        for name in SECRETS:
            given = cleaned.get(name) or ""
            # The form shows no secret, so that an empty field says nothing about it
            cleaned[name] = "" if given == "-" else given or getattr(self.instance, name)
        cleaned["returning"] = cleaned.get("returning") or self.instance.returning
        cleaned["transport"] = cleaned.get("transport") or self.instance.transport
        if cleaned["transport"] == Line.Transport.CLOUD:
            self._need(cleaned)
        elif self._lacks_token(cleaned):
            self.add_error("auth_token", _("An account of the line's own needs its auth token."))
        return cleaned

    def _lacks_token(self, cleaned: dict[str, Any]) -> bool:
        sid = cleaned.get("account_sid")
        return bool(sid) and sid != settings.TWILIO_ACCOUNT_SID and not cleaned["auth_token"]

    def _need(self, cleaned: dict[str, Any]) -> None:
        """Meta's webhook and calls work only with all of these."""
        for name in NEEDED_AT_META:
            if not cleaned.get(name):
                self.add_error(name, _("A line at Meta needs this."))


@admin.register(Line)
class LineAdmin(admin.ModelAdmin):
    form = LineForm
    list_display = [
        "name",
        "phone",
        "kind",
        "consultant",
        "is_active",
        "is_webhook_configured",
        "last_inbound_at",
        "what_is_wrong",
        "paused_until",
        "recovered_count",
    ]
    list_filter = ["kind", "transport", "is_active"]
    list_select_related = ["consultant__user"]
    search_fields = ["name", "address", "consultant__user__username"]
    readonly_fields = ["webhook_url", "status_url", *HEALTH]
    fieldsets = [
        (None, {"fields": GENERAL}),
        (_("At Twilio"), {"fields": ["account_sid", *TWILIO_SECRETS]}),
        (
            _("At Meta (WhatsApp Cloud API)"),
            {"fields": ["phone_number_id", "business_account_id", *CLOUD_SECRETS]},
        ),
        (_("Health"), {"fields": ["webhook_url", "status_url", *HEALTH]}),
    ]
    actions = ["check_lines"]

    def save_model(self, request: HttpRequest, obj: Line, form: LineForm, change: bool) -> None:
        """Private chats do not go to the next consultant with the line."""
        if change and "consultant" in form.changed_data:
            rebuilding.begin_anew(obj)
            obj.private_since = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("number"), ordering="address")
    def phone(self, line: Line) -> str:
        return line.number

    @admin.display(description=_("last error"), ordering="last_error")
    def what_is_wrong(self, line: Line) -> str:
        return said_again(line.last_error) or "-"

    @admin.display(description=_("webhook for incoming messages"))
    def webhook_url(self, line: Line) -> str:
        if line.transport == Line.Transport.CLOUD:
            return f"{settings.PUBLIC_URL}/webhooks/whatsapp/cloud/"
        return webhook_address()

    @admin.display(description=_("status callback"))
    def status_url(self, line: Line) -> str:
        if line.transport == Line.Transport.CLOUD:
            return str(_("Meta sends statuses to the same webhook."))
        return f"{settings.PUBLIC_URL}/webhooks/whatsapp/status/"

    @admin.action(description=_("Check these lines"))
    def check_lines(self, request: HttpRequest, lines: QuerySet[Line]) -> None:
        """Ask the provider whether each line is set up as it must be."""
        for line in lines:
            for finding in check_line(line):
                level = messages.ERROR if finding.is_fault else messages.SUCCESS
                self.message_user(request, f"{line}: {finding.text}", level)

    def response_change(self, request: HttpRequest, obj: Line) -> HttpResponse:
        """The button beside "Save" saves, checks and comes back."""
        if CHECK not in request.POST:
            return super().response_change(request, obj)
        self.check_lines(request, Line.objects.filter(pk=obj.pk))
        return HttpResponseRedirect(request.get_full_path())
