"""Answers to what clients ask: knowledge word for word where we have it, an honest "I don't know" where not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent import intents, meant_otherwise
from agent.brains.protocol import Inbound, Playbook, Snippet
from agent.brains.scripted_mood import QUESTION_WORDS, Mood
from agent.brains.scripted_wording import Wording
from agent.parsers.found import clean, fold
from agent.parsers.lexicons import common_words

# "meu nome? Lucas" repeats what we asked
ECHO = re.compile(
    r"^\W*(?:qual |o |a |el |la )?(?:meu |minha |mi |my |the )?(?:nome|nombre|name|cidade|ciudad|city|e-?mail|"
    r"correo|bairro|barrio|empresa|company|telefone|telefono|phone|orcamento|presupuesto|budget)\s*\?"
)
ENOUGH_OVERLAP = 0.5
# We answer these ourselves, so there is nothing to leave for the consultant.
ANSWERED_BY_US = (
    "are_you_bot", "why", "speak_pt", "speak_es", "speak_en", "how_are_you", "are_you_there", "is_it_honest",
    "your_name", "by_text",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What to say back, the knowledge it rests on, and the questions we could not answer."""

    text: str = ""
    kb_ids: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


def answer(playbook: Playbook, burst: list[Inbound], mood: Mood, wording: Wording) -> Answer:
    questions = list(filter(None, (_open_question(clean(message.words)) for message in burst)))
    for question in questions or [clean(message.words) for message in burst if "price" in mood]:
        snippet = best_snippet(playbook, question, wording.language)
        if snippet:
            return Answer(snippet.body, (snippet.id,))
    for intent, kind in (
        ("support", "no_support"),
        ("promise", "no_promise"),
        ("price", "no_price"),
        ("question", "no_answer"),
    ):
        if intent in mood and (questions or intent != "question"):
            return Answer(wording.say(kind), (), tuple(questions))
    return Answer()


def _open_question(text: str) -> str:
    """What the client asks in this message besides what the agent answers about itself."""
    sentences = meant_otherwise.SENTENCE.findall(text)
    asked = "".join(sentence for sentence in sentences if not _is_about_us(sentence)).strip()
    return asked if "?" in asked or QUESTION_WORDS.match(fold(asked)) else ""


def _is_about_us(sentence: str) -> bool:
    if ECHO.match(fold(sentence)) or intents.is_anyone_there(sentence):
        return True
    return any(intents.found(intent, sentence) for intent in ANSWERED_BY_US)


def best_snippet(playbook: Playbook, question: str, language: str) -> Snippet | None:
    """The snippet that covers at least half of the question's telling words."""
    asked = _telling(question)
    if not asked:
        return None
    scored = [
        (_overlap(asked, snippet), snippet) for snippet in playbook.snippets if snippet.lang == language
    ]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= ENOUGH_OVERLAP else None


def _overlap(asked: set[str], snippet: Snippet) -> float:
    offered = _telling(" ".join((snippet.title, snippet.body, *snippet.tags)))
    return sum(1 for word in asked if word in offered) / len(asked)


def _telling(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]{3,}", fold(text))
    telling = {word.rstrip("s") for word in words if word not in common_words()}
    return telling or {word.rstrip("s") for word in words if len(word) > 4}
