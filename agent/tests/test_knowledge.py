"""Snippets found by PostgreSQL, questions queued once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from agent import knowledge
from agent.models import KnowledgeSnippet, Playbook, UnansweredQuestion
from agent.playbook_library import load_library
from agent.playbooks import content_of, publish
from leads.errors import InvalidError
from leads.tests.makers import make_manager
from whatsapp.models import Conversation, Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def playbook() -> Playbook:
    return Playbook.objects.create(name="Homes", domain="real_estate", draft=load_library("real_estate"))


@pytest.fixture
def conversation() -> Conversation:
    line = Line.objects.create(name="Agent", address="whatsapp:+14155238886")
    return Conversation.objects.create(line=line, client_address="whatsapp:+5511999990000", client_key="x")


def snippet(playbook: Playbook, title: str, body: str, language: str = "pt-BR", **over) -> KnowledgeSnippet:
    return KnowledgeSnippet.objects.create(
        playbook=playbook, title=title, body=body, language=language, **over
    )


def titles(playbook: Playbook, text: str) -> list[str]:
    return [found.title for found in knowledge.find(playbook.pk, text)]


def test_find_takes_stems_and_accents_for_the_same_word(playbook):
    snippet(playbook, "Formas de parcelamento", "Parcelamos em até dez vezes.")
    snippet(playbook, "Endereço", "Rua das Flores, em Moema.")
    for asked in ("vocês parcelam?", "tem PARCELAMENTO", "dá pra parcelar?"):
        assert titles(playbook, asked)[:1] == ["Formas de parcelamento"], asked
    assert titles(playbook, "qual o endereco?") == ["Endereço"]


@pytest.mark.parametrize(
    ("language", "title", "asked"),
    [
        ("es", "¿Aceptan mascotas?", "acepta una mascota?"),
        ("en", "Do you allow pets?", "are pets allowed here"),
        ("pt-BR", "Vocês aceitam animais?", "aceita animal?"),
    ],
)
def test_find_speaks_the_language_of_each_snippet(playbook, language, title, asked):
    snippet(playbook, title, "…", language)
    assert titles(playbook, asked) == [title]


def test_find_puts_the_best_first_and_stops_at_six(playbook):
    for number in range(9):
        snippet(playbook, f"Condomínio {number}", "Texto.")
    snippet(playbook, "Valor do condomínio com garagem", "Depende da garagem.")
    found = titles(playbook, "qual o valor do condomínio com garagem?")
    assert len(found) == 6
    assert found[0] == "Valor do condomínio com garagem"


def test_find_leaves_out_the_inactive_and_other_playbooks(playbook):
    other = Playbook.objects.create(name="Cars", domain="cars", draft={})
    snippet(other, "Garagem", "Sim.")
    snippet(playbook, "Garagem", "Sim.", is_active=False)
    assert titles(playbook, "tem garagem?") == []


@pytest.mark.parametrize("asked", ["", "?!", "' | & ! :*", "e o a", "👍", "x" * 5000])
def test_find_survives_whatever_clients_type(playbook, asked):
    snippet(playbook, "Garagem", "Sim.")
    assert titles(playbook, asked) == []


def test_find_follows_an_edited_snippet(playbook):
    row = snippet(playbook, "Garagem", "Sim.")
    row.title = "Piscina"
    row.save()
    assert titles(playbook, "tem piscina?") == ["Piscina"]
    assert titles(playbook, "tem garagem?") == []


def test_content_holds_only_what_was_asked_about(playbook):
    asked, _other = snippet(playbook, "Garagem", "Sim."), snippet(playbook, "Piscina", "Não.")
    version = publish(playbook)
    assert [found.id for found in content_of(version, "tem garagem?").snippets] == [asked.cited_as]
    assert content_of(version).snippets == ()


def ask(playbook: Playbook, conversation: Conversation, *texts: str, language: str = "pt-BR") -> None:
    knowledge.note_unanswered(playbook.pk, conversation, texts, language)


def test_question_asked_again_in_other_words_of_the_same_stems_counts_up(playbook, conversation):
    ask(playbook, conversation, "Vocês têm financiamento próprio?")
    ask(playbook, conversation, "tem FINANCIAMENTO proprio")
    ask(playbook, conversation, "financiamentos próprios, vocês têm?")
    question = UnansweredQuestion.objects.get()
    assert (question.times, question.text) == (3, "Vocês têm financiamento próprio?")
    assert question.conversation == conversation


def test_questions_of_other_words_or_languages_are_others(playbook, conversation):
    ask(playbook, conversation, "Tem garagem?", "Tem piscina?", "")
    ask(playbook, conversation, "Is there a garage?", language="en")
    assert UnansweredQuestion.objects.count() == 3


def test_question_is_kept_without_documents_and_cards(playbook, conversation):
    ask(playbook, conversation, "Posso pagar com o cartão 4111 1111 1111 1111?")
    assert "4111 1111" not in UnansweredQuestion.objects.get().text


def test_answer_becomes_a_snippet_that_is_found(playbook, conversation):
    ask(playbook, conversation, "Aceita cachorro?")
    question = UnansweredQuestion.objects.get()
    manager = make_manager()
    knowledge.answer_question(
        question_id=question.pk,
        title="Aceita cachorro?",
        body="Sim, até dois.",
        language="pt-BR",
        user=manager,
    )
    question.refresh_from_db()
    assert (question.state, question.closed_by) == ("answered", manager)
    assert titles(playbook, "vocês aceitam cachorros?") == ["Aceita cachorro?"]
    knowledge.answer_question(
        question_id=question.pk, title="Cachorro", body="Só um.", language="pt-BR", user=manager
    )
    assert KnowledgeSnippet.objects.get().body == "Só um."


def test_answer_without_words_is_refused(playbook, conversation):
    ask(playbook, conversation, "Aceita cachorro?")
    with pytest.raises(InvalidError):
        knowledge.answer_question(
            question_id=UnansweredQuestion.objects.get().pk,
            title="x",
            body=" ",
            language="en",
            user=make_manager(),
        )


def test_dismissed_question_does_not_come_back(playbook, conversation):
    ask(playbook, conversation, "Você é casada?")
    assert knowledge.dismiss(UnansweredQuestion.objects.all(), user=make_manager()) == 1
    ask(playbook, conversation, "você é casada??")
    assert UnansweredQuestion.objects.get().state == "dismissed"


@pytest.mark.django_db(transaction=True)
def test_question_asked_by_many_at_once_is_one_row(playbook, conversation):
    def worker(number: int) -> None:
        texts = ["Tem garagem?", "Tem piscina?"]
        with transaction.atomic():
            ask(playbook, conversation, *(texts if number % 2 else reversed(texts)))
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(worker, range(24)))
    assert list(UnansweredQuestion.objects.values_list("times", flat=True)) == [24, 24]


def test_find_without_knowledge_asks_the_database_once(playbook, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert knowledge.find(playbook.pk, "vocês aceitam animais?") == []
