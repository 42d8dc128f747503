"""Secrets of sources: made here, shown once, never again."""

import base64
import secrets
from typing import NamedTuple

from django.db import transaction

from leads.models import Source


class Secrets(NamedTuple):
    bearer: str
    signing: str


def new_secrets() -> Secrets:
    """A bearer secret, and a signing secret in the form of Standard Webhooks."""
    # Standard Webhooks: 24 to 64 random bytes
    return Secrets(secrets.token_urlsafe(32), f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}")


@transaction.atomic
def rotate_secrets(source: Source) -> Secrets:
    """New secrets; the ones until now stay valid as the previous ones, until the next rotation."""
    locked = Source.objects.select_for_update().get(pk=source.pk)
    fresh = new_secrets()
    locked.previous_secret, locked.secret = locked.secret, fresh.bearer
    locked.previous_signing_secret, locked.signing_secret = locked.signing_secret, fresh.signing
    locked.save(update_fields=["secret", "previous_secret", "signing_secret", "previous_signing_secret"])
    return fresh


def forget_previous_secrets(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(previous_secret="", previous_signing_secret="")
