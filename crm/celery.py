"""The Celery app. Beat sweeps find the rows that a lost wake-up left behind."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_others_do(**_: Any) -> None:
    """Left alone, Celery gives its processes levels and formats of its own."""
    dictConfig(settings.LOGGING)
