"""What the agent may tell: found by PostgreSQL's full text search, cited by id. What nobody could answer is queued."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection, models, transaction
from django.db.models import F, Func
from django.utils.translation import gettext as _

from agent.brains.playbook import Snippet
from agent.models import KnowledgeSnippet, UnansweredQuestion
from agent.models.knowledge import STEMMERS
from agent.parsers.found import fold
from agent.parsers.sensitive import mask_sensitive
from leads import clock, one_trip
from leads.errors import InvalidError
from leads.models import User
from whatsapp.models import Conversation

MOST_FOUND = 6
# A pasted page would make a query of hundreds of words; a question has its own at the beginning
MOST_WORDS = 60
LONGEST_QUESTION = 300
# Too common to tell questions apart, but PostgreSQL knows them with their accents only, or not at all.
UNACCENTED = frozenset(
    {
        "voce",
        "voces",
        "vc",
        "vcs",
        "nao",
        "sao",
        "ate",
        "ja",
        "tambem",
        "estao",
        "sera",
        "ha",
        "usted",
        "ustedes",
    }
)
_LANGUAGES = """
SELECT DISTINCT language FROM agent_knowledgesnippet WHERE playbook_id = %s AND is_active ORDER BY language"""
WORD = re.compile(r"[^\W_]{2,}")


def find(playbook_id: int, text: str) -> list[Snippet]:
    """The snippets nearest to the text in any language, the best first.

    The words of the text that a snippet answers by their stems ("parcelar" and "parcelamento") are its tags: whoever
    compares word by word finds them too.
    """
    words = list(dict.fromkeys(WORD.findall(fold(text))))[:MOST_WORDS]
    known = KnowledgeSnippet.objects.filter(playbook_id=playbook_id, is_active=True)
    languages = one_trip.read_rows(_LANGUAGES, [playbook_id])
    found = [row for (language,) in languages for row in _ranked(known, words, language)]
    # The id settles ties, so that the same question is answered by the same snippet
    found.sort(key=lambda row: (-row.rank, row.pk))
    stems = {language: _stems(words, language) for language in {row.language for row in found}}
    return [_as_read(row, stems[row.language]) for row in found[:MOST_FOUND]]


def note_unanswered(
    playbook_id: int, conversation: Conversation, questions: Iterable[str], language: str
) -> None:
    """Queue what was asked for a manager. The same question again, by its stems, counts up; a dismissed one stays so.

    Runs in the turn's transaction, rows in one order.
    """
    asked = {key_of(text, language): text for text in map(_presentable, questions) if language in STEMMERS}
    # Two turns that ask the same two questions in opposite order would otherwise deadlock
    for key, text in sorted(asked.items()):
        if key:
            _count_question(playbook_id, conversation, language, key, text)


@transaction.atomic
def answer_question(
    *, question_id: int, title: str, body: str, language: str, user: User
) -> KnowledgeSnippet:
    """Make the answer a snippet of the playbook: the agent tells it from the next turn on."""
    if not title.strip() or not body.strip():
        raise InvalidError(fields={"body": [_("Write the answer first.")]})
    question = UnansweredQuestion.objects.select_for_update().get(pk=question_id)
    snippet = question.snippet or KnowledgeSnippet(playbook_id=question.playbook_id)
    snippet.title, snippet.body, snippet.language = title.strip(), body.strip(), language
    snippet.save()
    question.state, question.snippet = UnansweredQuestion.State.ANSWERED, snippet
    question.closed_by = user
    question.save(update_fields=["state", "snippet", "closed_by"])
    return snippet


def dismiss(questions: models.QuerySet[UnansweredQuestion], *, user: User) -> int:
    """Not for the agent to answer. Asked again, they do not come back."""
    return questions.filter(state=UnansweredQuestion.State.OPEN).update(
        state=UnansweredQuestion.State.DISMISSED, closed_by=user
    )


def key_of(text: str, language: str) -> str:
    """The telling words' stems in alphabetical order; the words themselves where all are too common."""
    telling = [word for word in WORD.findall(fold(text)) if word not in UNACCENTED]
    stems = sorted({stem for found in _stems(telling, language).values() for stem in found})
    return (" ".join(stems) or fold(text).strip(" ?!."))[:LONGEST_QUESTION]


def _ranked(known: models.QuerySet[KnowledgeSnippet], words: Sequence[str], language: str) -> Iterable[Any]:
    if not words:
        return ()
    # "or", for no snippet has all words of a question; raw is safe, since WORD takes letters and digits alone
    query = SearchQuery(" | ".join(words), search_type="raw", config=STEMMERS[language])
    # A rank does not say which of the words matched; the row's own lexemes do
    lexemes = Func(F("search"), function="tsvector_to_array", output_field=ArrayField(models.TextField()))
    ranked = known.filter(language=language, search=query).annotate(
        rank=SearchRank(F("search"), query), lexemes=lexemes
    )
    return ranked.order_by("-rank", "pk")[:MOST_FOUND]


def _stems(words: Sequence[str], language: str) -> dict[str, list[str]]:
    """word → its stems; common words have none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, tsvector_to_array(to_tsvector(%s::regconfig, word)) FROM unnest(%s::text[]) AS word",
            [STEMMERS[language], list(words)],
        )
        return dict(cursor.fetchall())


def _as_read(row: Any, stems: dict[str, list[str]]) -> Snippet:
    matching = tuple(word for word, own in stems.items() if own and set(own) <= set(row.lexemes))
    return Snippet(row.cited_as, row.language, row.title, row.body, matching)


def _presentable(text: str) -> str:
    # A manager reads the queue, and a card number that a client sent is none of their business
    return " ".join(mask_sensitive(text).split())[:LONGEST_QUESTION]


def _count_question(playbook_id: int, conversation: Conversation, language: str, key: str, text: str) -> None:
    facts = {"conversation": conversation, "last_asked_at": clock.now()}
    question, is_new = UnansweredQuestion.objects.select_for_update().get_or_create(
        playbook_id=playbook_id, language=language, key=key, defaults={"text": text, **facts}
    )
    if not is_new:
        UnansweredQuestion.objects.filter(pk=question.pk).update(times=F("times") + 1, **facts)
