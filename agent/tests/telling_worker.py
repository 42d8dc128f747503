"""A process that tells until it is killed. Run by the fault tests, with the test's servers in its environment."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from agent import notify, telling  # noqa: E402 - Django has to be ready first

while True:
    notify.tell_consultants()
    telling.catch_up()
    telling.deliver_notifications()
    time.sleep(0.05)
