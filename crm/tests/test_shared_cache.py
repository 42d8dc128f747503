"""Django's cache, with a client that is kept."""

from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache


def test_cache_keeps_counts_and_forgets_as_djangos_does():
    cache.set("a", {"n": 1}, 60)
    assert cache.get("a") == {"n": 1}
    assert cache.add("a", 2, 60) is False
    cache.set("count", 1, 60)
    assert cache.incr("count", 4) == 5
    cache.delete_many(["a", "count"])
    assert cache.get("a", "gone") == "gone"


def test_cache_makes_one_client_for_many_calls():
    client = cache._cache
    assert client.get_client("a") is client.get_client("b", write=True)


def test_cache_serves_many_threads_at_once():
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: cache.set(f"thread-{number}", number, 60), range(64)))
        found = list(threads.map(lambda number: cache.get(f"thread-{number}"), range(64)))
    assert found == list(range(64))


def test_cache_adds_to_many_counters_at_once_and_begins_none():
    cache.set_many({"one": 1, "two": 2}, 60)
    assert cache.incr_many({"one": 1, "none": 5, "two": -2}) == [2, None, 0]
    assert cache.get("none") is None


def test_cache_begins_a_counter_once_and_adds_to_it_all_the_same():
    assert cache.begin("begun", 10, -3, 60) == 7
    # Another process that found no counter either, and read the same beginning
    assert cache.begin("begun", 10, 5, 0.2) == 12
    assert cache.incr("begun", 1) == 13
