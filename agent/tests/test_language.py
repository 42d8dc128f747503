import pytest

from agent import language
from agent.brains.playbook import LANGUAGES


def hear(texts, **state):
    known = {"known": None, "vote": None, "locked": False, **state}
    return language.hear(texts, languages=LANGUAGES, seed="pt-BR", **known)


@pytest.mark.parametrize(
    ("text", "detected"),
    [
        ("queria saber mais sobre o apartamento", "pt-BR"),
        ("busco casa en renta para mi familia", "es"),
        ("hi, is the house still available", "en"),
        ("ok", None),
        ("👍", None),
        ("Toyota Corolla 2020", None),
    ],
)
def test_language_is_detected_only_where_words_tell(text, detected):
    assert language.detect([text]) == detected


def test_language_of_the_first_words_replaces_the_guess():
    assert hear(["hello, do you have flats to rent?"]).language == "en"
    assert hear(["HB20 2021"]).language == "pt-BR"
    assert hear(["HB20 2021"]).confirmed is None


def test_language_flips_only_on_the_second_vote():
    first = hear(["I would like to know about the price"], known="pt-BR")
    second = hear(["and do you have it in white please"], known="pt-BR", vote=first.vote)

    assert (first.language, first.vote) == ("pt-BR", "en")
    assert second.language == "en"


def test_language_asked_for_is_kept():
    asked = hear(["can we speak english?"], known="pt-BR")
    later = hear(["obrigada, é isso mesmo que eu queria"], known="en", locked=asked.locked)

    assert asked.language == later.language == "en"


@pytest.mark.parametrize(("country", "guess"), [("BR", "pt-BR"), ("MX", "es"), ("GB", "en"), ("", "pt-BR")])
def test_language_is_guessed_from_the_country(country, guess):
    assert language.seed_language(country, LANGUAGES, "pt-BR") == guess


@pytest.mark.parametrize(
    ("usual", "country", "guess"),
    [("es", "BR", "es"), ("en", "MX", "en"), ("", "MX", "es"), ("fr", "MX", "pt-BR")],
)
def test_language_of_the_line_is_guessed_before_the_countrys(usual, country, guess):
    assert language.seed_language(country, LANGUAGES, "pt-BR", usual) == guess
