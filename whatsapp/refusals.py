"""The providers' error codes in plain words, and what each means for what we do next.

Meanings: twilio.com/docs/api/errors, and the error codes of Meta's Cloud API (five digits of another range or
fewer than four). Twilio often sends a code with an empty text.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from whatsapp.models import Message

SLOW_DOWN = _("WhatsApp asks us to slow down. Try again later.")
SLOWED_DOWN = _("WhatsApp asks us to slow down. It will be tried again.")
NEVER_TAKEN = _("It was tried for long, but WhatsApp asked us to slow down each time. Send it again later.")
NOT_ON_WHATSAPP = _("This number is not on WhatsApp.")
ACCOUNT_PROBLEM = _("The line is not set up correctly at its provider. A manager should check it.")
LINE_RESTS = _(
    "The line is not set up correctly at its provider. The message waits until a manager has mended it."
)
WHATSAPP_FAILED = _("WhatsApp failed to deliver this message. It can be sent again.")
WINDOW_CLOSED = _("The 24-hour window is closed. Only an approved template can be sent.")
STOPPED = _("This client asked not to receive messages.")
TEMPLATE_PROBLEM = _("The template is missing, rejected or paused, or its variables do not fit.")
TOO_LONG = _("The message is too long for WhatsApp.")
BLOCKED_BY_POLICY = _("WhatsApp blocked this message because of its policy.")
MEDIA_PROBLEM = _("WhatsApp did not take the attachment.")
NOT_CONFIRMED = _("The provider did not confirm this message. It may have arrived.")
NEVER_ARRIVED = _("The provider has no record of this message. It can be sent again.")
UNREACHABLE = _("The provider could not be reached for a long time. It can be sent again.")
NO_ACCOUNT = _("No account is configured for this line.")
DROPPED = _("It was dropped before it was sent.")
OTHER = _("The provider refused this message (error %(code)s).")

_TWILIO_CODES: dict[Promise, str] = {
    SLOW_DOWN: "429 20429 63018 63038 30001 21611 14107",
    # 63032 and Meta's 130472: the number takes part in an experiment of WhatsApp's and gets nothing from us
    NOT_ON_WHATSAPP: "63024 63003 63005 21211 21614 30003 30005 30006 63032 21408",
    # Of an account that is suspended or on trial, too: what waits goes out once it is paid for
    ACCOUNT_PROBLEM: "401 403 20003 20404 20008 63015 63007 21910 21606 21660 21212 21659 63020 63051 "
    "10001 20005 90010 30002 21608",
    WHATSAPP_FAILED: "63009 63010 63012 63017 30410 30008 20500 20503",
    WINDOW_CLOSED: "63016",
    STOPPED: "21610",
    TEMPLATE_PROBLEM: "21654 21655 21656 63021 63027 63028 63030 63040 63041 63042",
    TOO_LONG: "21617",
    BLOCKED_BY_POLICY: "63049 63033 63013 63026 30007",
    MEDIA_PROBLEM: "63019 11751 63034 21620",
}
_META_CODES: dict[Promise, str] = {
    SLOW_DOWN: "4 80007 130429 131048 131056 133004",
    NOT_ON_WHATSAPP: "130472 131021 131026",
    ACCOUNT_PROBLEM: "3 10 100 190 200 368 131005 131031 131042 131045 133010",
    WHATSAPP_FAILED: "131000 131016 131057",
    WINDOW_CLOSED: "131047",
    # Meta keeps no list of those who said STOP; its 131050 is about marketing alone
    STOPPED: "",
    TEMPLATE_PROBLEM: "132000 132001 132005 132007 132012 132015 132016 132068 132069",
    TOO_LONG: "",
    BLOCKED_BY_POLICY: "131049 131050",
    MEDIA_PROBLEM: "131051 131052 131053",
}
_CODES = {text: [*codes.split(), *_META_CODES[text].split()] for text, codes in _TWILIO_CODES.items()}
NOT_CONFIRMED_CODE, NEVER_ARRIVED_CODE = "not_confirmed", "never_arrived"
UNREACHABLE_CODE, NO_ACCOUNT_CODE, DROPPED_CODE = "unreachable", "no_account", "cancelled"
NOT_ON_WHATSAPP_CODE = "not_on_whatsapp"
OWN_TEXTS = {
    NOT_CONFIRMED_CODE: NOT_CONFIRMED,
    NEVER_ARRIVED_CODE: NEVER_ARRIVED,
    UNREACHABLE_CODE: UNREACHABLE,
    NO_ACCOUNT_CODE: NO_ACCOUNT,
    DROPPED_CODE: DROPPED,
    NOT_ON_WHATSAPP_CODE: NOT_ON_WHATSAPP,
}
TEXTS = OWN_TEXTS | {code: text for text, codes in _CODES.items() for code in codes}

# The client has not got it and a new attempt may work: WhatsApp failed after the provider took the message, or
# Twilio has no record of it, as where a worker died between taking it from the outbox and offering it.
PASSING = frozenset(["63009", "63010", "63012", "63017", "63018", "30410", "131000", "131016"])
WORTH_ANOTHER_TRY = PASSING | {NEVER_ARRIVED_CODE}
TRY_LATER = frozenset(_CODES[SLOW_DOWN])
WINDOW_CLOSED_CODE, STOPPED_CODE = "63016", "21610"
IS_CLIENT_UNREACHABLE = frozenset(_CODES[NOT_ON_WHATSAPP])
IS_POLICY = frozenset(_CODES[BLOCKED_BY_POLICY])
NEEDS_NO_MEDIA = frozenset(_CODES[MEDIA_PROBLEM])
CLOSES_WINDOW = frozenset(_CODES[WINDOW_CLOSED])
IS_LINES_FAULT = frozenset(_CODES[ACCOUNT_PROBLEM])
# Refused at once for such a reason, the next message would be refused as well. Meta says 100 of a single message's
# parameters, too.
META_PARAMETER = "100"
STOPS_LINE = IS_LINES_FAULT - {META_PARAMETER}


def text_of(code: str) -> str:
    """What to tell a consultant; '' for no error."""
    # Twilio writes no error as an empty code or as 0
    if not code or code == "0":
        return ""
    return str(TEXTS.get(code) or OTHER % {"code": code})


def text_for(message: Message) -> str:
    """The same of a message as it stands: only while it is owed it is true that it will be tried again."""
    code, is_owed = message.error_code, message.status in (Message.Status.QUEUED, Message.Status.SENDING)
    if code in TRY_LATER and is_owed:
        return str(SLOWED_DOWN)
    if code in STOPS_LINE and is_owed:
        return str(LINE_RESTS)
    if code in TRY_LATER and not message.sid:  # the provider never took it, and it is offered no more
        return str(NEVER_TAKEN)
    return text_of(code)
