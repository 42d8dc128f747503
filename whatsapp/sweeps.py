"""What beat runs: messages to take in, and rows that a lost wake-up, answer or webhook left behind."""

import logging
from datetime import timedelta

import redis
from celery import shared_task
from django.utils import timezone

from leads.wakeups import look_twice, taken
from whatsapp import (
    adoption,
    arrivals,
    chat_index,
    following,
    form_consent,
    rebuilding,
    reconciliation,
    recovery,
    statuses,
)
from whatsapp.models import Line, StatusReport
from whatsapp.run_time import until_over
from whatsapp.send_errors import SendError
from whatsapp.services import closing, retrying

logger = logging.getLogger(__name__)
REBUILDING_SECONDS = 25  # beat starts the next run after 60, and one line may take two calls more
REPORTS_KEPT = timedelta(days=7)


@shared_task(name="whatsapp.close_conversations")
def close_conversations() -> int:
    """Close what is over: of closed leads, and where nobody has written for long."""
    return closing.close_finished()


@shared_task(name="whatsapp.take_in_arrivals")
def take_in_arrivals(*, is_second: bool = False) -> int:
    """Take in what clients wrote to the agent. Woken by webhooks, and by a sweep."""
    taken(take_in_arrivals)
    look_twice(take_in_arrivals, is_second=is_second)
    return arrivals.take_in_waiting()


@shared_task(name="whatsapp.settle_unconfirmed")
def settle_unconfirmed() -> int:
    return reconciliation.settle_unconfirmed()


@shared_task(name="whatsapp.recover_lost")
def recover_lost() -> int:
    return recovery.recover_lost()


@shared_task(name="whatsapp.retry_messages")
def retry_messages() -> int:
    return retrying.retry_automatically()


@shared_task(name="whatsapp.follow_assignments")
def follow_assignments() -> int:
    """Conversations whose lead appeared, or found a consultant, while nobody listened."""
    return following.claim_forgotten_conversations() + following.follow_assignments()


@shared_task(name="whatsapp.record_consents")
def record_consents() -> int:
    """What forms said while nobody listened."""
    return form_consent.record_forgotten_forms()


@shared_task(name="whatsapp.rebuild_chat_lists")
def rebuild_chat_lists(seconds: float = REBUILDING_SECONDS) -> None:
    """Lists of consultants' lines that Redis lost; in each, what it missed, and the chats of people who are leads now.

    Lines come in any order, so that those that take long do not always hold up the same others.
    """
    taken(rebuild_chat_lists)
    lines = Line.objects.filter(kind=Line.Kind.CONSULTANT, is_active=True).order_by("?")
    for line in until_over(lines, seconds):
        try:
            if chat_index.how_built(line.pk) != chat_index.ALL:
                rebuilding.rebuild(line)
            rebuilding.catch_up(line)
            adoption.adopt_forgotten(line)
        except (redis.RedisError, SendError) as error:
            logger.warning("chat list not kept up", extra={"line": line.pk, "why": type(error).__name__})


@shared_task(name="whatsapp.apply_status_reports")
def apply_status_reports() -> int:
    return statuses.apply_kept()


@shared_task(name="whatsapp.forget_status_reports")
def forget_status_reports() -> int:
    """Reports of messages that were never ours."""
    return StatusReport.objects.filter(created_at__lt=timezone.now() - REPORTS_KEPT).delete()[0]
