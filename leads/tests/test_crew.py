"""A crew of threads: never more than its places, and no word left unheard."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from time import sleep

import pytest

from leads.crew import Crew

SECONDS = 60


def test_crew_of_nobody_else_works_once():
    assert Crew(1).work(lambda: 7) == 7


def test_crew_never_has_more_at_work_than_places():
    crew, lock, counts = Crew(3), Lock(), {"now": 0, "most": 0}

    def look():
        with lock:
            counts["now"] += 1
            counts["most"] = max(counts["most"], counts["now"])
        sleep(0)  # lets another thread in
        with lock:
            counts["now"] -= 1
        return 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _number: crew.work(look), range(400)))

    assert 1 <= counts["most"] <= 3


def test_whoever_comes_too_many_goes_and_the_work_is_looked_at_once_more():
    crew, is_at_work, may_go = Crew(1), Event(), Event()
    looks = []

    def look():
        looks.append(1)
        is_at_work.set()
        assert may_go.wait(SECONDS)
        return 1

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(crew.work, look)
        assert is_at_work.wait(SECONDS)
        assert [crew.work(look) for _ in range(5)] == [0] * 5
        may_go.set()

        assert first.result(SECONDS) == 2
    assert len(looks) == 2


def test_row_written_before_a_wake_up_is_always_seen():
    """Each caller puts a row first, then wakes: whatever the order of threads, none is left over."""
    crew, lock, rows = Crew(2), Lock(), []

    def look():
        with lock:
            taken = len(rows)
            rows.clear()
        return taken

    def put_and_wake(number):
        with lock:
            rows.append(number)
        return crew.work(look)

    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(put_and_wake, range(2_000)))

    assert (done, rows) == (2_000, [])


def test_place_of_whoever_failed_is_free_again():
    crew = Crew(1)

    with pytest.raises(ZeroDivisionError):
        crew.work(lambda: 1 // 0)

    assert crew.work(lambda: 1) == 1
