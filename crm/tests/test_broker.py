"""The broker as Celery uses it here: one client per channel, whatever is published and taken by it."""

from uuid import uuid4

from crm.celery import app


def test_channel_publishes_and_takes_by_one_client():
    with app.connection() as connection:
        channel = connection.default_channel
        queue = connection.SimpleQueue(f"test-{uuid4()}")
        queue.put({"number": 7})
        message = queue.get(timeout=10)
        message.ack()
        queue.queue.delete()
        queue.close()

        assert message.payload == {"number": 7}
        with channel.conn_or_acquire() as one, channel.conn_or_acquire() as other:
            assert one is other


def test_channel_that_lost_its_connections_makes_another_client():
    with app.connection() as connection:
        channel = connection.default_channel
        with channel.conn_or_acquire() as lost:
            channel._disconnect_pools()
        with channel.conn_or_acquire() as found:
            assert found is not lost
            assert found.ping()
