"""What an outside system said of one person, in our words."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class LeadPayload:
    """One submission, parsed and cleaned. Phones are E.164, e-mails as typed; '' or None: not given.

    `external_id` is the sender's id of the submission: the same one again makes no second lead.
    `extra` keeps every value that nobody understood, by its path.
    """

    name: str = ""
    phone: str | None = None
    email: str = ""
    whatsapp_id: str = ""
    message: str = ""
    value: Decimal | None = None
    product: str = ""
    city: str = ""
    language: str = ""
    creator: str = ""
    consent: dict[str, Any] = field(default_factory=dict)
    attribution: dict[str, str] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    external_id: str = ""
    is_test: bool = False
