"""Take the cases for `beside_libraries` out of a clone of microsoft/Recognizers-Text (MIT).

`python -m agent.evaluation.make_public_cases CLONE` writes `public_cases/*.jsonl`: every case with exactly one result
that has a value.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "public_cases"
LANGUAGES = {"pt": "Portuguese", "es": "Spanish", "en": "English"}
Case = dict[str, Any]


def _figure(result: Case) -> float | None:
    try:
        return float(str(result["Resolution"]["value"]).replace(",", "."))
    except (KeyError, TypeError, ValueError):
        return None


def _phone(result: Case) -> str | None:
    return result.get("Resolution", {}).get("value")


def _day(result: Case) -> str | None:
    resolution = (result.get("Value") or {}).get("FutureResolution") or {}
    return resolution.get("date") if result.get("Type") == "date" else None


KINDS: dict[str, tuple[str, Callable[[Case], object]]] = {
    "money": ("NumberWithUnit/{}/CurrencyModel.json", _figure),
    "numbers": ("Number/{}/NumberModel.json", _figure),
    "dates": ("DateTime/{}/DateParser.json", _day),
    "phones": ("Sequence/{}/PhoneNumberModel.json", _phone),
}


def cases_of(kind: str, specs: Path) -> Iterator[Case]:
    path, value_of = KINDS[kind]
    for language, name in LANGUAGES.items():
        for told in json.loads((specs / path.format(name)).read_text(encoding="utf-8-sig")):
            results = told.get("Results", [])
            value = value_of(results[0]) if len(results) == 1 else None
            if value is None:
                continue
            now = told.get("Context", {}).get("ReferenceDateTime")
            yield {"language": language, "text": told["Input"], "value": value} | (
                {"now": now} if now else {}
            )


def main(clone: str) -> None:
    for kind in KINDS:
        rows = [json.dumps(case, ensure_ascii=False) for case in cases_of(kind, Path(clone) / "Specs")]
        (CASES / f"{kind}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
