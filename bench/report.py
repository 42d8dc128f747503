"""A measurement beside what it is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Result:
    """`ratio` is ours by baseline. `goal` says which side of it is good."""

    name: str
    ours: str
    baseline: str
    ratio: float
    goal: str = ""


def show(result: Result) -> None:
    goal = f"   goal {result.goal}" if result.goal else ""
    print(
        f"{result.name:44} {result.ours:>24}  |  {result.baseline:<34} ratio {result.ratio:5.2f}{goal}",
        flush=True,
    )


def percentile(values: Sequence[float], percent: int) -> float:
    # "inclusive": the values are all there are, not a sample of more
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def milliseconds(values: Sequence[float]) -> str:
    """Median and 99th percentile."""
    return f"{percentile(values, 50) * 1000:.1f} / {percentile(values, 99) * 1000:.1f} ms"
