"""The comparison with libraries runs from the repository alone and says what is not installed."""

import json
from dataclasses import replace

import pytest

from agent.evaluation import beside_libraries, make_public_cases


def _cases(kind, language):
    lines = (beside_libraries.CASES / f"{kind}.jsonl").read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["language"] == language]


@pytest.mark.parametrize(
    ("kind", "language", "right"),
    [
        ("money", "pt", 95),
        ("money", "es", 95),
        ("money", "en", 114),
        ("numbers", "pt", 78),
        ("dates", "pt", 36),
        ("dates", "en", 58),
    ],
)
def test_our_parsers_read_public_cases_no_worse_than_published(kind, language, right):
    reading = beside_libraries.KINDS[kind]

    own = [case for case in _cases(kind, language) if beside_libraries.is_right(reading, reading.ours, case)]

    assert len(own) >= right


def test_a_library_beside_ours_is_counted_with_its_version():
    phones = beside_libraries.KINDS["phones"]

    row = beside_libraries.row_of(phones, _cases("phones", "es"))

    assert row.startswith("1 | 0 | phonenumbers ")


def test_a_library_that_is_not_installed_is_named_as_such():
    kind = replace(beside_libraries.KINDS["money"], package="no-such-library")

    assert beside_libraries.row_of(kind, []) == "0 | not installed | no-such-library"


def test_the_table_has_a_row_for_each_kind_and_language():
    rows = beside_libraries.compare(["phones"])

    assert [row.split(" | ")[:2] for row in rows] == [
        ["| phones", language] for language in ("pt", "es", "en")
    ]


def test_cases_are_taken_where_there_is_one_result_with_a_value(tmp_path):
    told = [
        {"Input": "$ 75", "Results": [{"Resolution": {"value": "75"}}]},
        {"Input": "no money", "Results": []},
        {"Input": "pesos", "Results": [{"Resolution": {"value": None}}]},
    ]
    for name in make_public_cases.LANGUAGES.values():
        file = tmp_path / "NumberWithUnit" / name / "CurrencyModel.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(told), encoding="utf-8-sig")

    taken = list(make_public_cases.cases_of("money", tmp_path))

    assert [(case["text"], case["value"]) for case in taken] == [("$ 75", 75.0)] * 3
