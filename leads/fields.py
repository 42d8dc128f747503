"""Model fields that carry a promise: secrets unreadable at rest, changes stamped with their transaction."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.expressions import Func


def _cipher() -> MultiFernet:
    """Encrypt with SECRET_KEY; still read what SECRET_KEY_FALLBACKS wrote, so that keys can rotate."""
    # Fernet wants 32 bytes in base64, and a SECRET_KEY has any length
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(key.encode()).digest())) for key in keys])


class EncryptedTextField(models.TextField):
    """Text that the database holds encrypted (Fernet). Unreadable text, after a lost key, reads as ''."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return _cipher().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return _cipher().decrypt(value.encode()).decode()
        except InvalidToken:
            return ""


class CurrentTransaction(Func):
    """The id of the running transaction, in the 64-bit form that never wraps."""

    # PostgreSQL has no cast from xid8 to bigint, so the way is by text
    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class ChangedInField(models.BigIntegerField):
    """The transaction that last wrote the row: what `changes after a cursor` is answered from."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return CurrentTransaction()
