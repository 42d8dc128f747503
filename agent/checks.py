"""What `migrate`, and any other command, refuses before it begins, in words that say what to change."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from agent import push_keys


@register()
def check_push_key(**_: Any) -> list[CheckMessage]:
    """A key of the environment that is none would otherwise be noticed at the first push."""
    try:
        if settings.VAPID_PRIVATE_KEY:
            push_keys.signing_key()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="agent.E001")]
    return []
