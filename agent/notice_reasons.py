"""Why a notification was not sent, in words. What a server said is shown as it said it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.stored_words import said_again

WHY: dict[str, str | Promise] = {
    "no_device": _("No browser is left that could be told."),
    "no_number": _("There is no phone number to write to, or no line to write from."),
    "no_template": _(
        "Nothing was written to the line from this number for 24 hours, and there is no approved template."
    ),
    "not_theirs": _("The lead went to somebody else first."),
    "not_here": _("The account is switched off."),
    "answered": _("The lead was answered first."),
    "lapsed": _("The process that was sending it ended; it may have arrived."),
}


def in_words(error: str) -> str:
    return str(WHY.get(error) or said_again(error))
