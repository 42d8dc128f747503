"""So many threads of one process at one kind of work, and no more: they would only wait for each other's locks."""

from collections.abc import Callable
from threading import Lock


class Crew:
    """Whoever finds enough at work leaves word and goes; one of those at work then looks once more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._at_work = 0
        self._is_word_left = False

    def work(self, look: Callable[[], int]) -> int:
        """The sum of what `look` answers, called until nobody has left word meanwhile; 0 where enough are at it."""
        if not self._enters():
            return 0
        done = 0
        try:
            while True:
                done += look()
                if self._leaves():
                    return done
        except BaseException:  # whatever ended it, the place is free; the sweep looks next
            with self._lock:
                self._at_work -= 1
            raise

    def _enters(self) -> bool:
        with self._lock:
            is_full = self._at_work >= self._most
            self._is_word_left |= is_full
            self._at_work += not is_full
        return not is_full

    def _leaves(self) -> bool:
        """Checked and done at once, so that no word is left to nobody."""
        with self._lock:
            is_over = not self._is_word_left
            self._is_word_left = False
            self._at_work -= is_over
        return is_over
