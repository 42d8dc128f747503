"""A thread that waits for somebody else's server holds no connection that others could use."""

import pytest
from django.db import connection, transaction

from leads.tests.pooling import pooled
from leads.waiting import lend_connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_lend_connection_of_a_pool_is_for_others_until_the_next_statement():
    with pooled() as pool:
        connection.ensure_connection()
        lend_connection()
        assert pool.get_stats()["pool_available"] == 1
        connection.ensure_connection()
        assert pool.get_stats()["pool_available"] == 0


def test_lend_connection_within_a_transaction_lends_nothing():
    with pooled() as pool, transaction.atomic():
        connection.ensure_connection()
        lend_connection()
        assert pool.get_stats()["pool_available"] == 0


def test_lend_connection_of_a_thread_of_its_own_keeps_it():
    connection.ensure_connection()
    kept = connection.connection
    lend_connection()
    assert connection.connection is kept
