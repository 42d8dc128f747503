"""What `celery --app crm.beat beat` runs: it names the tasks that are due and imports none of them.

Celery's Django fixup would load every model and task to do so: four seconds and 120 MB, for a timetable.
Tasks that this app does not know go by their names to the queues that `CELERY_TASK_ROUTES` says. Its logs
are set up by `crm.celery`, which every module of this package brings along.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("crm.beat", fixups=())
app.config_from_object("django.conf:settings", namespace="CELERY")
