"""The project's own settings and one address more: the bare view that the webhook is measured against."""

from crm.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# A line for each request would be a good part of its cost
LOGGING_CONFIG = None
