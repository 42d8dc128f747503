"""What a worker does beyond one call: come again at once where more work is left."""

import pytest
import redis
from django.conf import settings

from leads import clock
from leads.models import Lead
from leads.services.assigning import QUEUE_BATCH
from leads.tasks import assign_waiting_leads
from leads.tests.makers import make_circle, make_consultant, make_lead

pytestmark = pytest.mark.django_db


def queue(count: int) -> None:
    make_circle(make_consultant("ana"))
    for _ in range(count):
        make_lead(awaits_consultant_since=clock.now())


def published(redis_client: redis.Redis) -> int:
    queues = [f"{settings.REDIS_PREFIX}{name}" for name in ("celery", "quick")]
    return sum(redis_client.llen(name) for name in queues)


def test_assign_waiting_leads_of_a_long_queue_comes_again_until_it_is_empty(redis_client):
    queue(QUEUE_BATCH + 1)

    assert assign_waiting_leads() == QUEUE_BATCH
    assert published(redis_client) == 1
    assert assign_waiting_leads() == 1
    assert published(redis_client) == 1
    assert not Lead.objects.awaiting_consultant().exists()


def test_assign_waiting_leads_that_comes_again_within_the_window_is_woken_each_time(redis_client):
    queue(2 * QUEUE_BATCH)
    assign_waiting_leads()
    assign_waiting_leads()
    assert published(redis_client) == 2
