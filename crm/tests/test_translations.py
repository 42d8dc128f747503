"""Every sentence exists in every language, keeps its places, and is compiled."""

import gettext
import re
from pathlib import Path

import pytest

LOCALES = Path(__file__).resolve().parent.parent.parent / "locale"
TEXT = re.compile(r'^(msg(?:id|str)(?:_plural|\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)
LANGUAGES = ["pt_BR", "es"]
PLACE = re.compile(r"%\((\w+)\)[sd]|(?<!%)%[sd]|\{(\w+)\}")


def catalog(language: str) -> dict[str, str]:
    with (LOCALES / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        entries = gettext.GNUTranslations(file)._catalog
    return {str(key[0] if isinstance(key, tuple) else key): text for key, text in entries.items() if key}


def source(language: str) -> str:
    return (LOCALES / language / "LC_MESSAGES" / "django.po").read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    entries = source(language).split("\n\n")[1:]

    untranslated = [
        entry for entry in entries if re.search(r'^msgstr(\[\d\])? ""$(?!\n")', entry, re.MULTILINE)
    ]

    assert not untranslated
    assert "fuzzy" not in source(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalog_is_the_written_one(language: str) -> None:
    written = re.findall(r"^msgid ", source(language), re.MULTILINE)

    assert len(catalog(language)) == len(written) - 1  # the header is no sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_keeps_the_places_of_the_sentence(language: str) -> None:
    different = []
    for entry in source(language).split("\n\n")[1:]:
        texts = dict(TEXT.findall(entry))
        pairs = [("msgid", "msgstr"), ("msgid", "msgstr[0]"), ("msgid_plural", "msgstr[1]")]
        for sentence, translation in pairs:
            if translation in texts and places(texts[sentence]) != places(texts[translation]):
                different.append(texts[sentence])

    assert not different


def places(text: str) -> list[tuple[str, ...]]:
    return sorted(PLACE.findall(text.replace('"\n"', "")))


def test_languages_have_the_same_sentences() -> None:
    assert catalog("pt_BR").keys() == catalog("es").keys()
