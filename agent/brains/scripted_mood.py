"""Everything heard in one burst besides answers: what the client wants, asks and feels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent import intents
from agent.brains.protocol import Inbound, State
from agent.parsers import sensitive
from agent.parsers.found import clean, fold

UNREADABLE_KINDS = frozenset({"audio", "voice"})
SHOWN = {
    "image": "media", "document": "media", "video": "media", "location": "pin", "contacts": "contact_card",
    "sticker": "sticker",
}  # fmt: skip
QUIET_INTENTS = (
    "price",
    "promise",
    "question",
    "why",
    "are_you_bot",
    "wait",
    "thanks",
    "unheard_audio",
    "media",
    "pin",
    "contact_card",
    "language",
    "bad_news",
    "troubled",
    "how_are_you",
    "are_you_there",
    "is_it_honest",
    "your_name",
    "by_text",
    "card",
    "goodbye",
)
PRIORITY = (
    "opt_out", "opt_in", "emergency", "medical", "privacy", "angry", "job_seeker", "spam", "ask_human",
    "not_interested", "complaint", "price", "promise", "are_you_bot", "why", "injection", "support",
    "off_topic", "is_it_honest", "your_name", "by_text", "how_are_you", "are_you_there", "language", "question",
    "wait", "thanks", "unheard_audio", "media", "pin", "contact_card", "answering",
    "other",
)  # fmt: skip
# "qual o preço", "do you finance": many clients write no question mark
QUESTION_WORDS = re.compile(
    r"^\W*(?:e |y |and |mas |pero |but )?(?!(?:quanto|cuanto) antes)"
    r"(?:qual|quais|quando|onde|quanto|quantos|cual|cuales|cuando|donde|cuanto|what|"
    r"when|where|which|how|"
    r"(?:vcs|voces|vc|voce|ai|la) (?:tem|fazem|faz|aceita\w*|atende\w*|trabalha\w*|financia\w*|cobre\w*|entrega\w*|"
    r"parcela\w*|abre\w*|fica\w*|"
    r"vende\w*|aluga\w*|manda\w*|consegue\w*|pode\w*)|tem como|da pra|(?:tienen|hacen|aceptan|atienden|trabajan|venden|"
    r"pueden|se puede)|"
    r"(?:do|does|can|could|will|would|are|is) (?:you|u|it|there|they|this|that|i|we))\b.{2,}|"
    r".*(?<!\w)(?:como (?:e que )?(?:funciona\w*|faz(?:er)?|faco|fica|paga\w*|hago|se hace|es el proceso)|"
    r"quanto (?:dura|tempo|demora|tem que)|cuanto (?:dura|demora|tarda|tiempo)|que (?:color|colores|modelos|incluye|"
    r"trae|requisitos|documentos|horarios?)|how (?:does|do|long|many|soon)|what (?:about|documents|colou?rs?))(?!\w)"
)


@dataclass(frozen=True)
class Mood:
    """Everything heard in one burst, strongest intent first."""

    heard: frozenset[str]
    annoyances: int = 0

    def __contains__(self, intent: str) -> bool:
        return intent in self.heard

    @property
    def intent(self) -> str:
        return next((name for name in PRIORITY if name in self.heard), "other")

    @property
    def sentiment(self) -> str:
        if "angry" in self:
            return "angry"
        if self.annoyances or {"complaint", "bad_news", "troubled"} & self.heard:
            return "negative"
        return "positive" if "thanks" in self else "neutral"


def listen(burst: Sequence[Inbound], state: State) -> Mood:
    texts = [clean(message.words) for message in burst if message.words]
    # One message sent twice is not two annoyances
    texts = [text for index, text in enumerate(texts) if text not in texts[:index]]
    honest = [intents.without_injections(text) for text in texts]
    heard = {name for name in _LEXICON if intents.has(name, honest)}
    heard |= {"injection"} if intents.has("injection", texts) else set()
    # Who is on no list of ours means nothing by the same words
    heard |= {"opt_in"} if state.opted_out and intents.has("comes_back", honest) else set()
    # Before we said that we are a machine it is a greeting like another
    if state.greeted and any(intents.is_anyone_there(text) for text in honest):
        heard.add("ask_human")
    heard |= _judged(honest, state) | _seen(burst)
    return Mood(frozenset(heard), intents.annoyance(honest))


# What nobody should write into a chat; a company's CNPJ is public
NOT_ASKED = frozenset({"card", "cvv", "cpf", "ssn", "document"})
_LEXICON = (
    "ask_human", "opt_out", "opt_in", "emergency", "medical", "privacy", "job_seeker", "off_topic", "support", "price",
    "own_client", "promise", "are_you_bot", "why", "not_interested", "wait", "thanks", "autoresponder",
    "bad_news", "troubled", "how_are_you", "are_you_there", "is_it_honest", "your_name", "by_text",
    "goodbye",
)  # fmt: skip


def _judged(texts: list[str], state: State) -> set[str]:
    checks = {
        "angry": intents.is_angry(texts, state.annoyances),
        "complaint": intents.has("existing_customer", texts),
        "spam": intents.is_spam(texts),
        "language": intents.wants_language(texts) is not None,
        "question": any("?" in text or QUESTION_WORDS.match(fold(text)) for text in texts),
        "card": any(item.value in NOT_ASKED for text in texts for item in sensitive.parse(text)),
    }
    return {name for name, holds in checks.items() if holds}


def _seen(burst: Sequence[Inbound]) -> set[str]:
    unheard = any(message.kind in UNREADABLE_KINDS and not message.words for message in burst)
    shown = {SHOWN[message.kind] for message in burst if message.kind in SHOWN}
    return shown | ({"unheard_audio"} if unheard else set())
