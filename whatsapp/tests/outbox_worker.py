"""A process that delivers until it is killed. Run by the fault tests, with the test's servers in its environment."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from whatsapp import delivery  # noqa: E402 - Django has to be ready first

while True:
    delivery.deliver_due(seconds=5)
    time.sleep(0.05)
