"""The Celery app. Beat sweeps find the rows that a lost wake-up left behind."""

import gc
import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun, worker_ready, worker_shutting_down
from django.conf import settings
from django.db import close_old_connections

from agent import llm
from crm import broker
from leads import stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
broker.use()

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_others_do(**_: Any) -> None:
    """Left alone, Celery gives its processes levels and formats of its own."""
    dictConfig(settings.LOGGING)


@worker_ready.connect
def leave_what_is_loaded_alone(**_: Any) -> None:
    """Modules, models and lexicons stay until the end. To look through them takes a tenth of a second, in which no
    thread does anything, and Python would do so every few dozen turns."""
    llm.load()
    gc.collect()
    gc.freeze()


@worker_shutting_down.connect
def take_nothing_more(**_: Any) -> None:
    stopping.ask_to_stop()


@task_prerun.connect
@task_postrun.connect
def keep_connections_that_work(**_: Any) -> None:
    """As Django does around a request: a thread's connection stays until it is old or broken.

    Celery would close it around each task; to open one and to prepare its statements anew takes PostgreSQL
    and us longer than most tasks.
    """
    close_old_connections()
