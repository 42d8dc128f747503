"""Whatever a sender says is found again: in a field of ours, or in `extra`."""

import json
from dataclasses import asdict
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.inference import understand
from leads.inference.reading import CUT, EXTRA_TEXT

# Names that say nothing, and some of which many questions share.
KEYS = st.sampled_from(["cor", "tamanho", "q1", "bloco", "Cor ", "k" * 60])
LEAF = st.just("leaf")
ANSWERS = st.lists(st.builds(lambda name: {"name": name, "value": "leaf"}, KEYS), min_size=1, max_size=4)
TREES = st.recursive(
    st.one_of(LEAF, ANSWERS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)


def with_marks(tree, marks):
    """The same tree, every leaf with a text of its own."""
    if isinstance(tree, dict):
        return {key: child if key == "name" else with_marks(child, marks) for key, child in tree.items()}
    if isinstance(tree, list):
        return [with_marks(child, marks) for child in tree]
    return f"qz{next(marks)}zq"


def buried(tree, levels):
    for level in range(levels):
        tree = {"n": tree} if level % 2 else [tree]
    return tree


def kept(tree):
    return json.dumps([asdict(person) for person in understand(tree, "BR")], default=str, ensure_ascii=False)


@settings(max_examples=300, deadline=None)
@given(tree=TREES, levels=st.sampled_from([0, 1, 37, 60, 400]))
def test_every_leaf_of_any_tree_is_kept(tree, levels):
    marks = count()
    marked = buried({"phone": "11987654321", "inner": with_marks(tree, marks)}, levels)

    found = kept(marked)

    assert [number for number in range(next(marks)) if f"qz{number}zq" not in found] == []


def test_answers_to_questions_of_one_name_are_all_kept():
    answers = [{"name": "cor", "value": value} for value in "ABC"]

    [person] = understand({"phone": "11987654321", "answers": answers}, "BR")

    assert person.extra == {"answers.cor": "A", "answers.cor (2)": "B", "answers.cor (3)": "C"}


def test_boxes_of_one_name_are_all_kept():
    boxes = [{"label": "Aceito", "name": "consent", "value": value} for value in ("sim", "não")]

    [person] = understand({"phone": "11987654321", "answers": boxes}, "BR")

    assert [box["given"] for box in person.consent.values()] == [True, False]


def test_names_that_differ_only_beyond_what_is_stored_are_kept_apart():
    [person] = understand({"phone": "11987654321", "k" * 400 + "a": "A", "k" * 400 + "b": "B"}, "BR")

    assert sorted(person.extra.values()) == ["A", "B"]


@pytest.mark.parametrize("levels", [39, 40, 41, 42, 900])
def test_value_below_the_deepest_place_is_kept_as_text(levels):
    [person] = understand({"phone": "11987654321", "deep": buried({"x": "one", "y": ["two"]}, levels)}, "BR")

    assert (person.phone, person.message) == ("+5511987654321", "")
    assert all(text in json.dumps(person.extra) for text in ("one", "two"))


def test_long_texts_of_a_list_are_kept_whole():
    [person] = understand({"phone": "11987654321", "itens": ["a" * 400, "b" * 400]}, "BR")

    assert person.extra == {"itens": f"{'a' * 400}, {'b' * 400}"}


def test_text_that_is_cut_says_so():
    [person] = understand({"phone": "11987654321", "log": "x" * 6_000, "rest": "y" * EXTRA_TEXT}, "BR")

    assert person.extra["log"] == "x" * (EXTRA_TEXT - len(CUT)) + CUT
    assert person.extra["rest"] == "y" * EXTRA_TEXT


@pytest.mark.parametrize("levels", [39, 60, 100, 300])
def test_person_is_found_however_deep_they_stand(levels):
    tree = {"nome": "Ana Lima", "telefone": "51996000501", "cor": "azul"}
    for _level in range(levels):
        tree = {"a": tree}

    [payload] = understand(tree, "BR")

    assert (payload.name, payload.phone) == ("Ana Lima", "+5551996000501")
    assert "azul" in str(payload.extra)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<script>alert('oi, tudo bem?')</script>"])
def test_message_that_is_nothing_but_a_tag_stays_the_message(text):
    [payload] = understand({"nome": "Ana Lima", "telefone": "51996000501", "mensagem": text}, "BR")

    assert payload.message == text


def test_words_beside_a_phone_are_kept():
    [payload] = understand({"nome": "Ana Lima", "fone": "51996000501 ligar depois das 18h"}, "BR")

    assert payload.phone == "+5551996000501"
    assert "ligar depois das 18h" in payload.extra["fone"]
