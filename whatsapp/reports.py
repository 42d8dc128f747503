"""The numbers of the managers' overview about messages and conversations."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from whatsapp.models import Conversation, Message


def message_totals(since: datetime) -> dict[str, int]:
    """`{received, by_agent, by_consultants, failed}` of the time since."""
    return Message.objects.filter(created_at__gte=since).aggregate(
        received=Count("pk", filter=Q(direction=Message.Direction.IN)),
        by_agent=Count("pk", filter=Q(author=Message.Author.AGENT)),
        by_consultants=Count("pk", filter=Q(author=Message.Author.CONSULTANT)),
        failed=Count("pk", filter=Q(status=Message.Status.FAILED)),
    )


def by_stage(since: datetime) -> list[dict[str, Any]]:
    """`[{stage, name, count, percent}]` of the conversations that began since; stages without any are left out."""
    counts = dict(
        Conversation.objects.filter(created_at__gte=since)
        .order_by()
        .values_list("stage")
        .annotate(count=Count("pk"))
    )
    most = max(counts.values(), default=1)
    return [
        {"stage": stage, "name": name, "count": counts[stage], "percent": round(100 * counts[stage] / most)}
        for stage, name in Conversation.Stage.choices
        if stage in counts
    ]
