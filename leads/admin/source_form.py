"""The form of a source. Secrets can be written here, never read."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.errors import InvalidError
from leads.models import Source
from leads.services.mapping import check_mapping
from leads.services.sources import new_secrets
from leads.sources import KINDS
from leads.sources.credentials import signing_key

SECRETS = (
    "secret",
    "previous_secret",
    "signing_secret",
    "previous_signing_secret",
    "verify_token",
    "access_token",
)


class SourceForm(forms.ModelForm):
    """Empty secret fields keep what is stored; a new source without a secret is given some."""

    kind = forms.ChoiceField(
        label=capfirst(_("kind")),
        choices=[(slug, kind.label) for slug, kind in KINDS.items()],
        initial="generic",
    )
    rate_per_minute = forms.IntegerField(label=capfirst(_("rate per minute")), min_value=0, initial=6000)
    mapping = forms.JSONField(
        label=capfirst(_("mapping")),
        required=False,
        initial=dict,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("As “Mapping by example” saves it; {} leaves everything to inference."),
    )

    class Meta:
        model = Source
        fields = [
            "name",
            "slug",
            "kind",
            "default_country",
            "is_active",
            *SECRETS,
            "mapping",
            "weight",
            "returning",
            "rate_per_minute",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            is_set = bool(getattr(self.instance, name))
            self.fields[name].widget = forms.PasswordInput(
                attrs={
                    "autocomplete": "new-password",
                    "class": "vTextField",
                    "placeholder": "••••••••" if is_set else "",
                }
            )
        self.fields["returning"].required = False
        self.fresh_secrets = new_secrets() if self.instance.pk is None else None

    def clean_mapping(self) -> dict[str, Any]:
        try:
            return check_mapping(self.cleaned_data["mapping"] or {})
        except InvalidError as error:
            raise forms.ValidationError(error.detail) from None

    def clean_returning(self) -> str:
        return self.cleaned_data["returning"] or Source.Returning.REOPEN

    def clean_default_country(self) -> str:
        return str(self.cleaned_data["default_country"]).upper()

    def clean_signing_secret(self) -> str:
        secret = str(self.cleaned_data["signing_secret"] or "")
        if secret and not signing_key(secret):
            raise forms.ValidationError(_("A signing secret is whsec_ and base64."))
        return secret

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in SECRETS:
            # A password box comes empty where nobody wrote in it: that keeps what is stored
            data[name] = data.get(name) or getattr(self.instance, name)
        if self.fresh_secrets and not data["secret"] and not data["signing_secret"]:
            data["secret"], data["signing_secret"] = self.fresh_secrets
        else:
            self.fresh_secrets = None
        return data
