"""Load the Celery app with Django, so that tasks find it."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
