"""Lines: their numbers, their accounts, their health. Secrets go in and never come out."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from whatsapp.models import Line
from whatsapp.payloads import address_of
from whatsapp.refusals import text_of
from whatsapp.send_errors import NotAcceptedError, SendError
from whatsapp.transports import transport_of

HEALTH = ("last_inbound_at", "last_error", "last_error_at", "reconciled_at", "recovered_count")
SECRETS = ("auth_token", "next_auth_token", "shared_key")
# Twilio gives up after one try unless the address says otherwise; the part after # is not sent to us.
CONNECTION_OVERRIDES = "#rc=5&rp=all&ct=2000&rt=3000"


class LineForm(forms.ModelForm):
    """A secret that is left empty stays as it is; a dash takes it away."""

    class Meta:
        model = Line
        fields = [
            "name",
            "address",
            "kind",
            "consultant",
            "is_active",
            "default_country",
            "default_language",
            "account_sid",
            *SECRETS,
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            is_known = bool(getattr(self.instance, name))
            self.fields[name].widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            self.fields[name].help_text = (
                _("Set. Leave empty to keep it, write - to remove it.") if is_known else _("Not set.")
            )

    def clean_address(self) -> str:
        address = address_of(self.cleaned_data["address"])
        if not address:
            raise forms.ValidationError(_("Write the number with its country code: +14155238886."))
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in SECRETS:
            given = cleaned.get(name) or ""
            cleaned[name] = "" if given == "-" else given or getattr(self.instance, name)
        return cleaned


@admin.register(Line)
class LineAdmin(admin.ModelAdmin):
    form = LineForm
    list_display = [
        "name",
        "number",
        "kind",
        "consultant",
        "is_active",
        "last_inbound_at",
        "last_error",
        "recovered_count",
    ]
    list_filter = ["kind", "is_active"]
    list_select_related = ["consultant__user"]
    search_fields = ["name", "address", "consultant__user__username"]
    readonly_fields = ["webhook_url", "status_url", *HEALTH]
    actions = ["check_lines"]

    @admin.display(description=_("webhook for incoming messages"))
    def webhook_url(self, line: Line) -> str:
        return f"{settings.PUBLIC_URL}/webhooks/whatsapp/{CONNECTION_OVERRIDES}"

    @admin.display(description=_("status callback"))
    def status_url(self, line: Line) -> str:
        return f"{settings.PUBLIC_URL}/webhooks/whatsapp/status/"

    @admin.action(description=_("Check these lines"))
    def check_lines(self, request: HttpRequest, lines: QuerySet[Line]) -> None:
        """Ask Twilio whether the account of each line answers."""
        for line in lines:
            level, text = check(line)
            self.message_user(request, f"{line}: {text}", level)


def check(line: Line) -> tuple[int, str]:
    """A level of django.contrib.messages and what to say."""
    try:
        status = transport_of(line).check(line)
    except NotAcceptedError:
        return messages.ERROR, str(_("Twilio cannot be reached."))
    except SendError as error:
        return messages.ERROR, text_of(error.code) or str(_("Twilio did not answer as it should."))
    return messages.SUCCESS, str(_("The account is %(status)s.") % {"status": status})
