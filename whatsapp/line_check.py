"""Is a line set up so that messages come and go? What is found is said in words, and kept with the line."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from whatsapp import client, line_pauses
from whatsapp.accounts import account_of
from whatsapp.listings import WebhookSetup
from whatsapp.models import Line
from whatsapp.refusals import text_of
from whatsapp.send_errors import NotAcceptedError, SendError
from whatsapp.transports import transport_of

WEBHOOK_PATH = "/webhooks/whatsapp/"
# Twilio gives up after one try unless the address says otherwise; the part after # is not sent to us.
# Five retries, whatever failed; 2 s to connect, 3 s to answer (Twilio's docs on connection overrides)
CONNECTION_OVERRIDES = "#rc=5&rp=all&ct=2000&rt=3000"

# Twilio's three; another provider's words are shown as they are
ACCOUNT_STATES = {
    "active": pgettext_lazy("account", "active"),
    "suspended": pgettext_lazy("account", "suspended"),
    "closed": pgettext_lazy("account", "closed"),
}


@dataclass(frozen=True)
class Finding:
    """`is_fault`: nothing works until it is mended; else good news or good advice."""

    text: str
    is_fault: bool = False


def webhook_address() -> str:
    """What to paste at Twilio."""
    return settings.PUBLIC_URL + WEBHOOK_PATH + CONNECTION_OVERRIDES


def check_line(line: Line) -> list[Finding]:
    """Ask the provider; the line remembers when, whether its webhook is right, and the first fault.

    Where the provider knows the account, what waited for that goes out again: a webhook that is wrong keeps
    messages from coming, not from going.
    """
    try:
        status = transport_of(line).check(line)
    except SendError as error:
        return _remember(line, [Finding(_why_not(error), is_fault=True)], is_webhook_right=None)
    line_pauses.resume(line)
    account = Finding(_("The account is %(status)s.") % {"status": ACCOUNT_STATES.get(status, status)})
    if line.transport != Line.Transport.TWILIO:
        return _remember(line, [account], is_webhook_right=None)
    found, is_right = _webhook_findings(line)
    return _remember(line, [account, *found], is_webhook_right=is_right)


def _why_not(error: SendError) -> str:
    if isinstance(error, NotAcceptedError):
        return _("The provider cannot be reached.")
    return text_of(error.code) or _("The provider did not answer as it should.")


def _remember(line: Line, findings: list[Finding], *, is_webhook_right: bool | None) -> list[Finding]:
    fault = next((finding.text for finding in findings if finding.is_fault), "")
    now = timezone.now()
    Line.objects.filter(pk=line.pk).update(
        checked_at=now,
        is_webhook_configured=is_webhook_right,
        last_error=fault[:300],
        last_error_at=now if fault else None,
    )
    return findings


def _webhook_findings(line: Line) -> tuple[list[Finding], bool | None]:
    account = account_of(line)
    # Its account does not exist at Twilio, which would call that a fault
    if settings.SIMULATOR and not settings.TWILIO_API_BASE_URL and not _is_at_twilio(line):
        return [Finding(_("This is the simulator: its webhook is always right."))], True
    try:
        setup = client.webhook_of(account, line.address) if account else None
    except SendError:
        setup = None
    if setup is None:
        text = _(
            "Twilio does not tell where it sends this number's messages. Compare it there with %(address)s."
        )
        return [Finding(text % {"address": webhook_address()})], None
    faults = list(_faults(setup))
    return faults or [_praise(setup)], not faults


def _is_at_twilio(line: Line) -> bool:
    return bool(line.account_sid or settings.TWILIO_ACCOUNT_SID)


def _faults(setup: WebhookSetup) -> list[Finding]:
    where = (
        _("the Messaging Service “%(name)s”") % {"name": setup.service} if setup.service else _("this sender")
    )
    facts = {
        "where": where,
        "found": setup.address,
        "address": webhook_address(),
        "method": setup.method,
        "own": settings.PUBLIC_URL,
        "status": setup.status,
    }
    said = []
    if not settings.TWILIO_API_BASE_URL and _is_private(settings.PUBLIC_URL):
        said.append(_("Twilio cannot reach %(own)s: set PUBLIC_URL to the address that the world sees."))
    if not setup.address:
        said.append(_("No webhook is set for %(where)s. Paste %(address)s there."))
    # The part after # is how Twilio tries, not where
    elif urldefrag(setup.address).url != settings.PUBLIC_URL + WEBHOOK_PATH:
        said.append(_("Messages to %(where)s go to %(found)s. Paste %(address)s there instead."))
    elif setup.method.upper() != "POST":
        said.append(_("The webhook of %(where)s uses %(method)s. Choose POST."))
    if setup.status and setup.status.upper().partition(":")[0] != "ONLINE":
        said.append(_("Twilio says that this sender is %(status)s. See its page there."))
    return [Finding(text % facts, is_fault=True) for text in said]


def _praise(setup: WebhookSetup) -> Finding:
    if "rc=" in urldefrag(setup.address).fragment:
        return Finding(_("The webhook is right."))
    text = _(
        "The webhook is right, but Twilio gives up after one try. Paste %(address)s, and it tries five times."
    )
    return Finding(text % {"address": webhook_address()})


def _is_private(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # A name and no number: "web" of a compose file is as private as "localhost"
        return host == "localhost" or "." not in host
