"""What managers must hear because only they can mend it."""

from django.utils import timezone

from agent.llm import NEEDS_SOMEBODY
from leads import clock
from leads.models import Notice
from leads.services.notices import notify_managers


def tell_of_refusal(failure: str) -> None:
    """The model's provider wants money, another key or other settings: every manager hears it, once a day."""
    if failure in NEEDS_SOMEBODY:
        # The key is unique for each person, so that a refusal of every call is still one notice a day
        today = timezone.localdate(clock.now())
        facts = {"what": "model", "reason": failure}
        notify_managers(kind=Notice.Kind.ALERT, key=f"model:{failure}:{today}", facts=facts)
