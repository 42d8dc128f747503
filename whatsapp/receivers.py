"""Conversations follow their leads, and so does what people agreed to."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from leads.signals import lead_changed, lead_received
from whatsapp import following, form_consent

IDENTITY_ACTIONS = ("edited", "returned", "merged")
OWNER_ACTIONS = ("assigned", "unassigned")


@receiver(lead_received)
def claim_conversations(lead_id: str, **_: Any) -> None:
    following.claim_conversations(UUID(lead_id))
    form_consent.record_forms(UUID(lead_id))


@receiver(lead_changed)
def follow_lead(lead_id: str, action: str, **_: Any) -> None:
    if action in IDENTITY_ACTIONS:
        following.claim_conversations(UUID(lead_id))
        form_consent.record_forms(UUID(lead_id))
    elif action in OWNER_ACTIONS:
        following.follow_assignment(UUID(lead_id))
