"""What Celery does to a thread's connection around each task."""

import time

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.db import connection

from crm.celery import app
from leads.tasks import forget_bodies

pytestmark = pytest.mark.django_db(transaction=True)


def around_a_task() -> None:
    """What a worker does before and after it, in the order that signals and fixup come."""
    for signal in (task_prerun, task_postrun):
        DjangoWorkerFixup(app).close_database()
        signal.send(sender=forget_bodies)


def test_connection_that_works_stays_for_the_next_task():
    connection.ensure_connection()
    before = connection.connection
    around_a_task()
    assert connection.connection is before


def test_connection_that_is_old_is_closed():
    connection.ensure_connection()
    connection.close_at = time.monotonic()
    around_a_task()
    assert connection.connection is None


def test_connection_that_broke_is_closed():
    connection.ensure_connection()
    connection.connection.close()
    connection.errors_occurred = True
    around_a_task()
    assert connection.connection is None
