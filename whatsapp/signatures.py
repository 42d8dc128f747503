"""Twilio's signature on a webhook, checked against the address that Twilio was given."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from whatsapp.accounts import Account

HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"


def is_signed(request: HttpRequest, account: Account | None) -> bool:
    """Whether one of the account's secrets signed this form. No account: nothing is believed.

    The address is ours, not the Host header's: a proxy may change the latter, anybody may forge it.
    """
    signature = request.headers.get(HEADER, "")
    # The library's validator answers a missing header with a TypeError, which would be a 500
    if account is None or not signature:
        return False
    url = settings.PUBLIC_URL + request.get_full_path()
    algorithm = get_signature_algorithm(request.headers.get(SETTINGS_HEADER))
    return any(
        # The QueryDict itself: a dict of it keeps one value of a repeated name, and Twilio signs them all
        RequestValidator(secret).validate(url, request.POST, signature, algorithm)
        for secret in account.signing_secrets
    )


def sign(url: str, form: Mapping[str, str], account: Account) -> str:
    """The signature that Twilio would send with `form`; for the simulator."""
    return RequestValidator(account.token).compute_signature(url, form)
