"""Which Twilio account a line belongs to: its own, the environment's, or the simulator's."""

import hmac
from dataclasses import dataclass, replace

from django.conf import settings

from whatsapp.models import Line

SIMULATOR_PATH = "/simulator/twilio"


@dataclass(frozen=True)
class Account:
    """`signing_secrets`: any of these may sign a webhook, so that secrets can rotate with an overlap."""

    sid: str
    token: str
    signing_secrets: tuple[str, ...]
    api_base_url: str = ""


def account_of(line: Line | None) -> Account | None:
    """The Twilio account to send with and whose signature counts; None: nobody configured one, or the line
    is another provider's.

    A line's own secrets may sign its webhooks also where the environment's account sends.
    """
    if line is None:
        return environment_account()
    if line.transport != Line.Transport.TWILIO:
        return None
    # Twilio signs with the primary token alone: during a rotation old and new are both accepted
    own = (line.auth_token, line.next_auth_token, line.shared_key, line.next_shared_key)
    secrets = tuple(secret for secret in own if secret)
    if not line.auth_token and line.account_sid in ("", settings.TWILIO_ACCOUNT_SID):
        account = environment_account()
        return account and replace(account, signing_secrets=account.signing_secrets + secrets)
    return Account(
        sid=line.account_sid or settings.TWILIO_ACCOUNT_SID,
        token=line.auth_token,
        signing_secrets=secrets,
        api_base_url=settings.TWILIO_API_BASE_URL,
    )


def accounts_named(sid: str) -> list[Account]:
    """Who may have signed what is about none of our numbers: the environment's account, or the one that the
    webhook names where lines have it. Two lines may have different secrets of one account."""
    lines = Line.objects.filter(transport=Line.Transport.TWILIO, account_sid=sid.replace("\x00", ""))
    known = [environment_account(), *(account_of(line) for line in lines.exclude(account_sid=""))]
    return [account for account in known if account]


def environment_account() -> Account | None:
    token = settings.TWILIO_AUTH_TOKEN
    if settings.TWILIO_ACCOUNT_SID and token:
        return Account(settings.TWILIO_ACCOUNT_SID, token, (token,), settings.TWILIO_API_BASE_URL)
    return simulator_account() if settings.SIMULATOR else None


def simulator_account() -> Account:
    """The built-in simulator's, with secrets of this installation alone."""
    token = _derived("simulator token")
    base_url = settings.TWILIO_API_BASE_URL or settings.PUBLIC_URL + SIMULATOR_PATH
    return Account("AC" + _derived("simulator account"), token, (token,), base_url)


def _derived(purpose: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), "sha256").hexdigest()[:32]
