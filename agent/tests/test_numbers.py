import pytest

from agent.parsers import numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("vinte e cinco pessoas", [25]),
        ("treinta y dos", [32]),
        ("twenty-five people", [25]),
        ("trezentos e cinquenta mil", [350_000]),
        ("three hundred and fifty thousand", [350_000]),
        ("dois quartos e três vagas", [2, 3]),
        ("300 mil e 3 quartos", [300_000, 3]),
        ("uma dúzia", [12]),
        ("mil e duzentos", [1200]),
        ("1 e 800", [1800]),
        ("três e quinhentos", [3500]),
        ("4 e 300 mil", [4, 300_000]),
        ("35 e 400", [35, 400]),
    ],
)
def test_numbers_in_words_and_digits_are_added_up(text, values):
    assert [number.value for number in numbers.find(text)] == values


@pytest.mark.parametrize(
    ("country", "text", "value"),
    [("BR", "1.500", 1500), ("US", "1,500", 1500), ("BR", "1,5", 1.5), ("US", "1.5 million", 1_500_000),
     ("CO", "1.250 millones", 1_250_000_000)],
)  # fmt: skip
def test_numbers_follow_the_separators_of_the_country(country, text, value):
    assert numbers.find(text, country)[0].value == value


def test_numbers_that_may_be_an_article_say_so():
    assert numbers.find("uma casa")[0].article
    assert not numbers.find("duas casas")[0].article
