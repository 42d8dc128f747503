"""What `celery --app crm.beat beat` runs: it names the tasks that are due and imports none of them.

Celery's Django fixup would load every model and task to do so: four seconds and 120 MB, for a timetable.
"""

from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

app = Celery("crm.beat", fixups=())
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def _log_as_the_others(**_: Any) -> None:
    dictConfig(settings.LOGGING)
