"""The numbers of the managers' overview about the agent's work."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, Q, Sum

from agent.budget import ALARM_AT, Budget
from agent.endpoint import Endpoint
from agent.models import AgentTurn, Notification, Playbook, UnansweredQuestion


def turn_totals(since: datetime) -> dict[str, Any]:
    """`{replied, seconds, model_failures, tokens}`: answers, mean thinking time, and what the model cost."""
    facts = AgentTurn.objects.filter(started_at__gte=since).aggregate(
        replied=Count("pk", filter=Q(outcome=AgentTurn.Outcome.REPLIED)),
        milliseconds=Avg("latency_ms", filter=Q(outcome=AgentTurn.Outcome.REPLIED)),
        model_failures=Count("pk", filter=~Q(failure="")),
        input_tokens=Sum("input_tokens"),
        output_tokens=Sum("output_tokens"),
    )
    return {
        "replied": facts["replied"],
        "seconds": round((facts["milliseconds"] or 0) / 1000, 1),
        "model_failures": facts["model_failures"],
        "tokens": (facts["input_tokens"] or 0) + (facts["output_tokens"] or 0),
    }


def notices_in_trouble(since: datetime) -> int:
    """Notifications that did not reach a colleague, or that nobody can be sure of."""
    trouble = [Notification.State.FAILED, Notification.State.UNKNOWN]
    return Notification.objects.filter(state__in=trouble, created_at__gte=since).count()


def model_state() -> dict[str, Any]:
    """Whether the scripted agent speaks alone now, and why.

    `{is_used, name, is_left_alone, reason, spent, cap, alarms}`: `reason` is a kind of `LLMError`, money is
    of today, `alarms` the caps of which most is spent: `{whose, spent, cap}`, `whose` '' for everybody's.
    """
    endpoint = Endpoint.from_settings()
    breaker = endpoint.breaker.status()
    return {
        "is_used": endpoint.is_configured,
        "name": endpoint.model,
        "is_left_alone": endpoint.is_configured and breaker["state"] != "closed",
        "reason": breaker["reason"],
        "spent": Budget().spent_today() if endpoint.is_configured else 0,
        "cap": settings.AGENT_MONEY_PER_DAY,
        "alarms": _alarms() if endpoint.is_configured else [],
    }


def open_questions() -> int:
    """What clients asked in vain and no manager has looked at."""
    return UnansweredQuestion.objects.filter(state=UnansweredQuestion.State.OPEN).count()


def _alarms() -> list[dict[str, Any]]:
    capped = Playbook.objects.filter(money_per_day__gt=0)
    own = [(str(one), Budget(playbook=one).spent_today(), float(one.money_per_day or 0)) for one in capped]
    caps = [("", Budget().spent_today(), settings.AGENT_MONEY_PER_DAY), *own]
    return [
        {"whose": whose, "spent": spent, "cap": cap}
        for whose, spent, cap in caps
        if cap and spent >= ALARM_AT * cap
    ]
