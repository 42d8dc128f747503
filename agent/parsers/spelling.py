"""Typing mistakes: one slip in a long word still means that word."""

from __future__ import annotations


def is_slip(word: str, target: str) -> bool:
    """One letter missing, added, changed or swapped; two in words of ten letters or more."""
    # The first letter is seldom mistyped, and a slip there mostly makes another word
    if word[:1] != target[:1] or min(len(word), len(target)) < 6:
        return False
    return distance(word, target) <= (2 if len(target) >= 10 else 1)


def distance(left: str, right: str) -> int:
    """Edit distance where swapping two neighbours counts once."""
    # More than two letters apart is no slip whatever the letters: three stands for "too far"
    if abs(len(left) - len(right)) > 2:
        return 3
    before, previous = [0] * (len(right) + 1), list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]
