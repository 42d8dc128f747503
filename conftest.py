"""What every test gets: a Redis namespace of its own, and none of the developer's accounts."""

import os
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import translation

from crm.celery import app as celery_app
from tests.emptying import empty_tables
from tests.schema import schema_database

ACCOUNTS = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_BASE_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "METRICS_TOKEN",
)


def pytest_configure(config: pytest.Config) -> None:
    """Each test process has its own keys, channels and queues. Django is set up already: read these late."""
    prefix = f"test-{os.getpid()}:"
    settings.SIMULATOR = True  # its addresses are there where it is on as the URLs are read
    settings.REDIS_PREFIX = prefix
    settings.CACHES["default"]["KEY_PREFIX"] = prefix
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = prefix
    celery_app.conf.broker_transport_options["global_keyprefix"] = prefix
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a second per user saved
    TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]  # no stub for it
    for name in ACCOUNTS:
        setattr(settings, name, "")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Read by pytest-django before it makes the test database: a copy of the migrated one."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = schema_database()


@pytest.fixture
def redis_client() -> Iterator[redis.Redis]:
    """The tests' own Redis connection. Keys belong under `settings.REDIS_PREFIX`."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page that was read in another language leaves it switched on in the thread."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _clean_redis(redis_client: redis.Redis) -> Iterator[None]:
    """No key outlives its test."""
    yield
    if keys := list(redis_client.scan_iter(f"{settings.REDIS_PREFIX}*", count=1000)):
        redis_client.delete(*keys)
