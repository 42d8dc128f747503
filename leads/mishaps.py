"""What a log may say of an error that nobody foresaw: where it went wrong, and no word of its own.

An error's words may quote a row, and so a person.
"""

from pathlib import Path
from traceback import extract_tb

INNERMOST = 6  # frames


def facts_of(error: Exception) -> dict[str, str]:
    """`error`: its class; `at`: the innermost frames, outermost first."""
    frames = extract_tb(error.__traceback__)[-INNERMOST:]
    at = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return {"error": type(error).__name__, "at": at}
