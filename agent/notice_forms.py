"""What somebody chooses on the page about being told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.errors import InvalidError
from leads.identity import parse_phone
from leads.models import User
from leads.services import notices, people

WAYS = ("by_app", "has_sound", "by_push", "by_email", "by_whatsapp")
QUIET = ("quiet_from", "quiet_until")
HOME = "BR"


class PreferencesForm(forms.Form):
    """Bound to its person; `save` hands over to the services, whose refusals become the form's errors."""

    by_app = forms.BooleanField(required=False)
    has_sound = forms.BooleanField(required=False)
    by_push = forms.BooleanField(required=False)
    by_email = forms.BooleanField(required=False)
    by_whatsapp = forms.BooleanField(required=False)
    phone = forms.CharField(required=False, max_length=40)
    quiet_from = forms.TimeField(required=False)
    quiet_until = forms.TimeField(required=False)

    def __init__(self, user: User, data: Any = None) -> None:
        self.user = user
        chosen = notices.preferences_of(user.pk)
        initial = {name: getattr(chosen, name) for name in WAYS + QUIET}
        self.is_consultant = hasattr(user, "consultant")
        phone = user.consultant.phone if self.is_consultant else ""
        super().__init__(data, initial=initial | {"phone": phone})

    def clean_phone(self) -> str:
        written = self.cleaned_data["phone"].strip()
        number = parse_phone(written, HOME) if written else ""
        if number is None:
            raise forms.ValidationError(
                _("This is not a phone number. Write it with its country code: +55 11 …")
            )
        return number

    def save(self) -> bool:
        """False where something was refused; the form says what."""
        if not self.is_valid():
            return False
        try:
            notices.choose(self.user, **{name: self.cleaned_data[name] for name in WAYS + QUIET})
        except InvalidError as refusal:
            for name, reasons in (refusal.fields or {}).items():
                for reason in reasons:
                    self.add_error(name, reason)
            return False
        if self.is_consultant:
            people.set_phone(self.user, self.cleaned_data["phone"])
        return True
