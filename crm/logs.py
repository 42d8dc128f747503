"""Structured logs that carry ids, never people: phones, e-mails and secrets are masked on the way out."""

import re
from typing import Any

import structlog

# "+55 (11) 98765-4321", but no "12 of 40": nine characters of a number at least
PHONE = re.compile(r"\+?\d[\d\s().-]{7,}\d")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
SECRET_KEYS = frozenset({"authorization", "password", "token", "secret", "signature", "body", "name"})
# Ids and times look like phones; they stay readable.
ID_OR_TIME = re.compile(
    r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d{2}-\d{2}(?:[T ][\d:.+Z]+)?)", re.IGNORECASE
)


def mask(text: str) -> str:
    """Hide e-mails, and phones but for their last two digits; ids and dates stay readable."""
    parts = ID_OR_TIME.split(text)
    # `split` with one group gives text, id, text, id, …: every other part is text
    parts[::2] = [
        PHONE.sub(lambda found: "***" + found[0][-2:], EMAIL.sub("***@***", part)) for part in parts[::2]
    ]
    return "".join(parts)


def mask_event(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor: mask every string, drop the value of keys that name a secret or a person."""
    for key, value in event.items():
        if key.lower() in SECRET_KEYS:
            event[key] = "***"
        elif isinstance(value, str) and key not in {"timestamp", "logger", "level"}:
            event[key] = mask(value)
    return event


def logging_config(*, is_json: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING: one handler, JSON lines in production, readable lines on a developer's terminal."""
    shared = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        # Last, when a traceback is text as well: it may quote what a client wrote
        mask_event,
    ]
    renderer = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": level},
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
            "axes": {"level": "WARNING"},
            # Beat and workers tell of each task otherwise, a hundred thousand lines a day
            "celery": {"level": "WARNING"},
            # At INFO it writes each address that is called, with whatever stands in it
            "httpx2": {"level": "WARNING"},
            "twilio": {"level": "WARNING"},
        },
    }
