"""The rule-based classification of a lead: pure, explainable, there before any model is asked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.inference.words import any_of, phrases, plain, word_set
from leads.models import Lead, ScoringProfile

REASONS: dict[str, str | Promise] = {
    "phone": _("Has a valid phone"),
    "email": _("Has an e-mail"),
    "budget": _("Says a budget"),
    "budget_in_range": _("The budget is in our range"),
    "timeline_now": _("Wants it now"),
    "timeline_soon": _("Wants it within three months"),
    "buying_words": _("Writes like a buyer"),
    "product": _("Names a product"),
    "city_in_area": _("Lives where we sell"),
    "long_message": _("Wrote more than a line"),
    "source": _("Source with a weight of its own"),
    "spam": _("Looks like spam"),
    "no_contact": _("Cannot be reached"),
    "test": _("The sender marked it as a test"),
}

_NOW = any_of(
    """
    agora, imediat[oa](?:mente)?, urgente, urgencia, hoje, esta semana, o quanto antes, ja, pronta
    entrega, asap, right away, immediately, now, today, this week, urgent(?:ly)?, as soon as
    possible, ahora, cuanto antes, hoy, ya mismo, inmediat[oa](?:mente)?
    """
)
_SOON = any_of(
    """
    (?:este|proximo|no proximo) mes, (?:em |en |in )?(?:30|45|60|90) (?:dias|days),
    (?:um|dois|tres|1|2|3) mes(?:es)?, (?:this|next) month, (?:one|two|three|1|2|3) months?,
    proximas semanas, next weeks, (?:up to |ate |hasta )3 ?m, up to 3 m
    """
)
_BUYING = any_of(
    """
    compr(?:ar|o|aria), fechar, contratar, agendar, marcar, visit(?:ar|a), simul(?:ar|acao),
    proposta, orcamento, financi(?:ar|amento), alug(?:ar|uel), negociar, buy(?:ing)?, purchase,
    schedule, visit, quote, hire, rent(?:ing)?, book, mortgage, cotiz(?:ar|acion), reserv(?:ar|a),
    alquilar, arrendar, presupuesto, propuesta, financiacion, sign up, ready to
    """
)
_SPAM = phrases(
    """
    backlinks?, guest posts?, first page of google, primeira pagina do google, primera pagina de
    google, seo services?, seo, bitcoin, crypto(?:currency)?, casinos?, viagra, cialis, porn,
    escorts?, forex, web traffic, buy followers, comprar seguidores, ganhe dinheiro, renda extra,
    gana dinero, make money, payday loans?, emprestimo facil, loan offer, you have won, voce ganhou,
    domain authority, telegram channel, rank(?:ing)? higher, website redesign, unsubscribe
    """
)
_SPAM_PATTERNS = [any_of(phrase) for phrase in _SPAM]
# Mailboxes that last some minutes: such an address reaches nobody tomorrow
_DISPOSABLE = word_set(
    """
    mailinator.com guerrillamail.com 10minutemail.com yopmail.com tempmail.com temp-mail.org
    trashmail.com sharklasers.com getnada.com dispostable.com maildrop.cc throwawaymail.com
    fakeinbox.com moakt.com
    """
)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_STOP_WORDS = {
    "pt": word_set(
        "bom com dia do em estou gostaria interesse meu nao obrigado ola para quero sim tenho um uma voce"
    ),
    "es": word_set(
        "buenos con dias el en estoy gracias gustaria hola los mi necesito para quiero si tengo un una usted"
    ),
    "en": word_set("a am and for hello i in is like looking my of thanks the to want with would yes"),
}
LONG_MESSAGE = 40
_ACTIONS = {Lead.Temperature.HOT.value: "call_now", Lead.Temperature.WARM.value: "call_today"}


@dataclass(frozen=True)
class Facts:
    """What the rules look at, whether it just came or has been known for long."""

    name: str = ""
    phone: str | None = None
    email: str = ""
    whatsapp_id: str = ""
    message: str = ""
    value: Decimal | None = None
    product: str = ""
    city: str = ""
    language: str = ""
    slots: dict[str, Any] = field(default_factory=dict)
    source_weight: int = 0
    is_test: bool = False

    @property
    def is_reachable(self) -> bool:
        return bool(self.phone or self.email or self.whatsapp_id)

    @property
    def says_a_budget(self) -> bool:
        """Also one in foreign money, which is no worth here."""
        return bool(self.value) or any(
            isinstance(slot, Mapping) and slot.get("currency") for slot in self.slots.values()
        )


@dataclass(frozen=True)
class Classification:
    temperature: str
    score: int
    reasons: list[dict[str, str]]
    product: str
    language: str
    is_spam: bool
    missing: list[str]
    next_action: str
    source: str = "rules"

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "temperature": self.temperature,
            "score": self.score,
            "rules_score": self.score,
            "reasons": self.reasons,
            "product": self.product,
            "language": self.language,
            "is_spam": self.is_spam,
            "missing": self.missing,
            "next_action": self.next_action,
        }


def classify(facts: Facts, profile: ScoringProfile) -> Classification:
    """Points of every rule that holds, between 0 and 100; the reasons list exactly those rules."""
    points = dict(_points(facts, profile))
    score = max(0, min(100, sum(points.values())))
    # A vendor's test is kept apart like spam: no consultant calls an invented person
    is_spam = facts.is_test or _is_spam(facts, profile)
    temperature = temperature_of(0 if is_spam else score, profile)
    missing = _missing(facts)
    return Classification(
        temperature=temperature,
        score=0 if is_spam else score,
        reasons=[{"code": code, "text": str(REASONS[code])} for code in points],
        product=facts.product,
        language=facts.language or language_of(facts.message),
        is_spam=is_spam,
        missing=missing,
        next_action=_next_action(temperature, facts, is_spam),
    )


def reason_in_words(reason: Any) -> str:
    """Reasons of the rules in the reader's language, those of a model as it gave them."""
    if not isinstance(reason, Mapping):
        return str(reason)
    known = REASONS.get(reason.get("code", ""))
    return str(known or reason.get("text", ""))


def language_of(text: str) -> str:
    """`pt`, `es` or `en` by the commonest short words; '' where they do not tell."""
    words = plain(text[:1000]).split()
    hits = {code: sum(word in stops for word in words) for code, stops in _STOP_WORDS.items()}
    best = max(hits, key=lambda code: hits[code])
    # One word proves nothing, nor does a tie: `para` is Portuguese and Spanish
    return best if hits[best] >= 2 and list(hits.values()).count(hits[best]) == 1 else ""


def _points(facts: Facts, profile: ScoringProfile) -> Iterator[tuple[str, int]]:
    """(reason, points) of the rules that hold."""
    if facts.phone or facts.whatsapp_id:
        yield "phone", profile.phone
    if facts.email and facts.email.rpartition("@")[2].lower() not in _DISPOSABLE:
        yield "email", profile.email
    if facts.says_a_budget:
        yield "budget", profile.budget
    if facts.value and _is_in_range(facts.value, profile):
        yield "budget_in_range", profile.budget_in_range
    yield from _points_of_words(facts, profile)
    if facts.product:
        yield "product", profile.product
    if facts.city and plain(facts.city) in {
        plain(area) for area in profile.areas.splitlines() if area.strip()
    }:
        yield "city_in_area", profile.city_in_area
    if facts.source_weight:
        yield "source", facts.source_weight
    if facts.is_test:
        yield "test", 0
    if not facts.is_reachable:
        yield "no_contact", profile.no_contact


def _points_of_words(facts: Facts, profile: ScoringProfile) -> Iterator[tuple[str, int]]:
    words = plain_text(facts.message)
    timeline = plain(str(_slot(facts.slots, "timeline")))
    # The agent's slots say `now` and `up_to_3m`; plain words part the digit, `up to 3 m`
    if _NOW.search(words) or timeline == "now":
        yield "timeline_now", profile.timeline_now
    elif _SOON.search(words) or timeline == "up to 3 m":
        yield "timeline_soon", profile.timeline_soon
    if _BUYING.search(words):
        yield "buying_words", profile.buying_words
    if len(facts.message) > LONG_MESSAGE:
        yield "long_message", profile.long_message
    if _is_spam(facts, profile):
        yield "spam", profile.spam


def plain_text(text: str) -> str:
    """Plain words of a long text, sentence by sentence (`plain` looks at the beginning only)."""
    return " ".join(plain(part) for part in re.split(r"[\n.!?;]+", text[:4000]) if part)


def _is_in_range(value: Decimal, profile: ScoringProfile) -> bool:
    if profile.budget_from is None and profile.budget_to is None:
        return False
    return (profile.budget_from or 0) <= value <= (profile.budget_to or value)


def _is_spam(facts: Facts, profile: ScoringProfile) -> bool:
    """Nothing but links, or words of spam that no sign of a person outweighs."""
    links = _URL.findall(facts.message)
    if links and not _URL.sub("", facts.message).strip(" \n.,;:!-"):
        return True
    words = plain_text(f"{facts.message}\n{facts.name}")
    own = [any_of(plain(word)) for word in profile.spam_words.splitlines() if plain(word)]
    hits = sum(bool(pattern.search(words)) for pattern in (*_SPAM_PATTERNS, *own))
    # One such word may be the trade of somebody who left a
    # phone; beside a link, or with nobody to call, it is spam
    return hits >= 2 or (hits == 1 and (bool(links) or not facts.phone)) or len(links) >= 4


def temperature_of(score: int, profile: ScoringProfile) -> str:
    if score >= profile.hot_from:
        return Lead.Temperature.HOT
    return Lead.Temperature.WARM if score >= profile.warm_from else Lead.Temperature.COLD


def _missing(facts: Facts) -> list[str]:
    wanted = ("name", "phone", "email", "product", "value", "city")
    known = {"value"} if facts.says_a_budget else set()
    return [name for name in wanted if not (name in known or getattr(facts, name))]


def _next_action(temperature: str, facts: Facts, is_spam: bool) -> str:
    if is_spam:
        return "ignore"
    if not facts.is_reachable:
        return "find_contact"
    if not (facts.phone or facts.whatsapp_id):
        return "write_email"
    return _ACTIONS.get(temperature, "qualify")


def _slot(slots: dict[str, Any], name: str) -> Any:
    """A slot's value: the agent keeps {value, quote}, forms the value alone."""
    slot = slots.get(name)
    return slot.get("value", "") if isinstance(slot, dict) else slot or ""
