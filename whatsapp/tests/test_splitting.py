"""Long texts in pieces: nothing lost, nothing too long, cut where it hurts least."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp.splitting import LIMIT, length, split


def test_split_short_text_is_one_piece():
    assert split("  Olá!  ") == ["Olá!"]
    assert split(" \n ") == []


def test_split_prefers_paragraphs_then_sentences():
    paragraph = "Uma frase. " * 100
    first, second = split(f"{paragraph.strip()}\n\n{paragraph.strip()}")
    assert first == second == paragraph.strip()


def test_split_emoji_count_as_two():
    pieces = split("😀" * 1000)
    assert [length(piece) for piece in pieces] == [1600, 400]


@pytest.mark.parametrize("text", ["palavra " * 500, "x" * 5000, "a,b, " * 1000])
def test_split_every_piece_fits(text):
    assert all(0 < length(piece) <= LIMIT for piece in split(text))


@pytest.mark.parametrize("words_before", [1, 90])
def test_split_keeps_a_long_address_whole(words_before):
    address = "https://exemplo.com.br/imovel?" + "a" * 1000
    assert (
        address
        in split("palavra " * words_before + address + " " + "palavra " * 90)[
            1 if words_before > 1 else 0
        ].split()
    )


@pytest.mark.parametrize("sign", ["👨‍👩‍👧‍👦", "🇧🇷", "👍🏽", "❤️", "e\u0301", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
@pytest.mark.parametrize("shift", ["", "x", "xx", "xxx"])
def test_split_cuts_no_sign_in_two(sign, shift):
    """A family, a flag, a skin tone, an accent are several characters, and one to whoever reads them."""
    first, *others = split(shift + sign * 900)
    assert {piece.replace(sign, "") for piece in (first.removeprefix(shift), *others)} == {""}


def test_split_takes_what_has_no_end_apart_all_the_same():
    assert [length(piece) for piece in split("e" + "\u0301" * 1700)] == [1600, 101]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_split_loses_nothing_but_white_space(text):
    pieces = split(text, limit=20)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(length(piece) <= 20 for piece in pieces)
