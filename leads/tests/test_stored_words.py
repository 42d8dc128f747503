"""What a worker wrote down in English is said in the reader's language."""

import pytest
from django.utils import translation

from leads.languages import language_name
from leads.models import Delivery, Source
from leads.stored_words import named, said_again


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("The body is empty.", "O corpo está vazio."),
        ("This has no `answers`.", "Falta `answers` aqui."),
        (
            "The connection broke off: 12 of 99 bytes came.",
            "A conexão caiu: chegaram 12 de 99 bytes.",
        ),
        ("Not found.: HTTP 404: no", "Não encontrado.: HTTP 404: no"),
        ("HTTP 500", "HTTP 500"),
        ("their own words: as they stand", "their own words: as they stand"),
        (": nothing before", ": nothing before"),
        ("", ""),
    ],
)
def test_stored_sentence_is_said_in_the_readers_language(stored, said):
    with translation.override("pt-br"):
        assert said_again(stored) == said
    assert said_again(stored) == stored


@pytest.mark.parametrize(
    ("code", "name"),
    [("pt", "Português"), ("pt_BR", "Português"), ("es", "Espanhol"), ("fr", "fr"), ("", "")],
)
def test_language_is_called_by_its_name(code, name):
    with translation.override("pt-br"):
        assert language_name(code) == name


@pytest.mark.django_db
def test_what_a_sender_hears_in_its_language_is_kept_in_english(client):
    Source.objects.create(slug="page", name="Page", secret="top-secret")
    answer = client.post(
        "/webhooks/leads/page/",
        data="",
        content_type="application/json",
        headers={"authorization": "Bearer top-secret", "accept-language": "pt-BR"},
    )

    assert answer.json()["detail"] == "O corpo está vazio."
    assert Delivery.objects.get().error == "The body is empty."


def test_code_without_words_stands_as_it_is():
    assert (named("a", {"a": "one"}), named("b", {"a": "one"})) == ("one", "b")
