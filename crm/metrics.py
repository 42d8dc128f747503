"""Numbers for Prometheus, read from the rows at each scrape: right with any number of processes.

Only work still owed is counted. Partial indexes hold exactly those rows, so a scrape costs the
same after a million leads as after ten.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis import RedisError

from agent.channels import CHANNELS
from agent.models import Notification
from crm import heartbeat
from leads.models import Delivery, Lead
from whatsapp import refused
from whatsapp.models import Arrival, Conversation, Message

__all__ = ["CONTENT_TYPE", "render_metrics"]

DELIVERY_STATES_OWED = [Delivery.State.RECEIVED, Delivery.State.FAILED]
TROUBLE = [Notification.State.FAILED, Notification.State.UNKNOWN]
MESSAGE_STATUSES_OWED = [Message.Status.QUEUED, Message.Status.SENDING]


class WorkOwed:
    """A Prometheus collector."""

    def collect(self) -> Iterator[Metric]:
        deliveries = Delivery.objects.filter(state__in=DELIVERY_STATES_OWED)
        yield counted(
            "crm_deliveries_owed", "Webhook deliveries to process.", deliveries, "state", DELIVERY_STATES_OWED
        )
        yield oldest(
            "crm_deliveries_owed_oldest_seconds", "Age of the oldest of them.", deliveries, "received_at"
        )
        yield from arrival_gauges()
        messages = Message.objects.filter(status__in=MESSAGE_STATUSES_OWED)
        yield counted("crm_messages_owed", "Messages to send.", messages, "status", MESSAGE_STATUSES_OWED)
        yield oldest("crm_messages_owed_oldest_seconds", "Age of the oldest of them.", messages, "created_at")
        unanswered = Conversation.objects.unanswered()
        yield gauge("crm_conversations_unanswered", "Clients who wait for the agent.", unanswered.count())
        yield oldest(
            "crm_conversations_unanswered_oldest_seconds", "Longest wait.", unanswered, "last_inbound_at"
        )
        yield gauge(
            "crm_leads_unassigned",
            "Leads who wait for a consultant.",
            Lead.objects.awaiting_consultant().count(),
        )
        yield from notification_gauges()
        yield from refused_webhooks()
        yield from worker_gauges()


def arrival_gauges() -> Iterator[GaugeMetricFamily]:
    waiting = Arrival.objects.exclude(next_attempt_at=None)
    yield gauge("crm_arrivals_owed", "Messages to take in.", waiting.count())
    yield oldest("crm_arrivals_owed_oldest_seconds", "Age of the oldest of them.", waiting, "received_at")
    given_up = Arrival.objects.filter(next_attempt_at=None)
    yield gauge("crm_arrivals_given_up", "Messages that could not be taken in.", given_up.count())


def notification_gauges() -> Iterator[GaugeMetricFamily]:
    """What waits for the end of somebody's quiet hours is not owed yet."""
    now = timezone.now()
    owed = Notification.objects.filter(state=Notification.State.PENDING, next_attempt_at__lte=now)
    yield counted("crm_notifications_owed", "Notifications to send.", owed, "channel", list(CHANNELS))
    yield oldest(
        "crm_notifications_owed_oldest_seconds", "Age of the oldest of them.", owed, "next_attempt_at"
    )
    lost = Notification.objects.filter(state__in=TROUBLE, created_at__gte=now - timedelta(days=1))
    yield counted(
        "crm_notifications_in_trouble", "Not sent, or not confirmed, in a day.", lost, "state", TROUBLE
    )


def refused_webhooks() -> Iterator[CounterMetricFamily]:
    """Left out without Redis, as below."""
    try:
        counts = refused.ever()
    except RedisError:
        return
    text = "WhatsApp webhooks with a missing or wrong signature."
    family = CounterMetricFamily("crm_whatsapp_webhooks_refused", text, labels=["webhook"])
    for webhook, count in counts.items():
        family.add_metric([webhook], count)
    yield family


def worker_gauges() -> Iterator[GaugeMetricFamily]:
    """Left out where Redis does not answer: an absent series is Prometheus' word for unknown."""
    try:
        age = heartbeat.seconds_since_heartbeat()
    except RedisError:
        return
    if age is not None:
        yield gauge("crm_worker_seen_seconds", "Time since a worker was last seen.", age)


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def counted(
    name: str, text: str, rows: QuerySet[Any], field: str, values: Sequence[str]
) -> GaugeMetricFamily:
    """One sample per value of `field`, zero included, so that an alert never lacks its series."""
    found = dict(rows.order_by().values_list(field).annotate(Count("pk")))
    family = GaugeMetricFamily(name, text, labels=[field])
    for value in values:
        family.add_metric([str(value)], found.get(value, 0))
    return family


def oldest(name: str, text: str, rows: QuerySet[Any], field: str) -> GaugeMetricFamily:
    since: datetime | None = rows.aggregate(since=Min(field))["since"]
    return gauge(name, text, (timezone.now() - since).total_seconds() if since else 0.0)


def render_metrics() -> bytes:
    # One for each scrape: the library's global one counts per process, of which there are several
    registry = CollectorRegistry(auto_describe=False)
    registry.register(WorkOwed())
    return generate_latest(registry)
