"""What a published playbook says, as plain immutable data. A snapshot is its JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

LANGUAGES = ("pt-BR", "es", "en")
RULE_KINDS = ("qualify_if", "nurture_if", "disqualify_if", "handoff_if")

PerLanguage = Mapping[str, tuple[str, ...]]
# Read-only: a default that is shared by all playbooks must not be written to
EMPTY: Mapping[str, Any] = MappingProxyType({})


def per_language(raw: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """Accepts one text or a list of texts for each language."""
    return {
        language: (texts,) if isinstance(texts, str) else tuple(texts)
        for language, texts in (raw or {}).items()
    }


@dataclass(frozen=True)
class Choice:
    """`max_days` makes it a horizon: "in two months" picks the first choice that reaches that far.

    `hours` makes it a time of day, from the first hour up to the second. A synonym that starts
    with "=" counts only as the whole message, one with "~" only where nothing plainer is said.
    """

    key: str
    labels: Mapping[str, str] = field(default_factory=dict)
    synonyms: PerLanguage = field(default_factory=dict)
    max_days: int | None = None
    hours: tuple[int, int] | None = None

    @classmethod
    def from_snapshot(cls, raw: Mapping[str, Any]) -> Choice:
        return cls(
            key=raw["key"],
            labels=dict(raw.get("labels") or {}),
            synonyms=per_language(raw.get("synonyms")),
            max_days=raw.get("max_days"),
            hours=(raw["hours"][0], raw["hours"][1]) if raw.get("hours") else None,
        )


@dataclass(frozen=True)
class Rule:
    """A comparison on one slot; `op` is eq, ne, lt, lte, gt, gte or in."""

    slot: str
    op: str
    value: Any


@dataclass(frozen=True)
class Question:
    """One slot and how to ask for it.

    `terms` are answers by themselves, `cues` announce an answer nearby, `avoid` says that what
    stands nearby answers something else (a down payment is not the budget). `needs_cue` takes a term
    only beside a cue; `proper_noun` may be filled by a name that is not a person's; `whole` keeps the client's
    phrase around a term. `least` is the smallest likely amount, where `least_if` holds: below it people mean
    thousands.
    """

    key: str
    type: str = "text"
    required: bool = False
    texts: PerLanguage = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    max_asks: int = 3
    sensitive: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    terms: PerLanguage = field(default_factory=dict)
    cues: PerLanguage = field(default_factory=dict)
    avoid: PerLanguage = field(default_factory=dict)
    needs_cue: bool = False
    proper_noun: bool = False
    whole: bool = False
    least: int | None = None
    least_if: tuple[Rule, ...] = ()

    @classmethod
    def from_snapshot(cls, raw: Mapping[str, Any]) -> Question:
        wording = {name: per_language(raw.get(name)) for name in ("texts", "terms", "cues", "avoid")}
        return cls(
            key=raw["key"],
            type=raw.get("type", "text"),
            required=bool(raw.get("required")),
            choices=tuple(Choice.from_snapshot(choice) for choice in raw.get("choices") or ()),
            why=dict(raw.get("why") or {}),
            max_asks=int(raw.get("max_asks", 3)),
            sensitive=bool(raw.get("sensitive")),
            labels=dict(raw.get("labels") or {}),
            needs_cue=bool(raw.get("needs_cue")),
            proper_noun=bool(raw.get("proper_noun")),
            whole=bool(raw.get("whole")),
            least=raw.get("least"),
            least_if=tuple(Rule(**rule) for rule in raw.get("least_if") or ()),
            **wording,
        )

    def choice(self, key: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.key == key), None)

    @property
    def is_horizon(self) -> bool:
        return any(choice.max_days is not None for choice in self.choices)


@dataclass(frozen=True)
class Snippet:
    """A piece of knowledge that a reply may cite by its id."""

    id: str
    lang: str
    title: str
    body: str
    tags: tuple[str, ...] = ()

    @classmethod
    def from_snapshot(cls, raw: Mapping[str, Any]) -> Snippet:
        return cls(str(raw["id"]), raw["lang"], raw["title"], raw["body"], tuple(raw.get("tags") or ()))


@dataclass(frozen=True)
class Playbook:
    """`qualify_if` must all hold before a client counts as qualified; one of the other lists' rules is enough.

    `hours` is weekday ("mon") → opening and closing time ("09:00"), a missing day is closed; without any
    the team is always there. `limits` holds `failures` and `out_of_scope`: how often before a person helps.
    """

    domain: str
    languages: tuple[str, ...] = LANGUAGES
    default_language: str = "pt-BR"
    company: str = ""
    persona: Mapping[str, str] = field(default_factory=dict)
    tone: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    qualify_if: tuple[Rule, ...] = ()
    nurture_if: tuple[Rule, ...] = ()
    disqualify_if: tuple[Rule, ...] = ()
    handoff_if: tuple[Rule, ...] = ()
    hours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    messages: Mapping[str, PerLanguage] = field(default_factory=dict)
    snippets: tuple[Snippet, ...] = ()

    @classmethod
    def from_snapshot(cls, raw: Mapping[str, Any]) -> Playbook:
        messages = {kind: per_language(texts) for kind, texts in (raw.get("messages") or {}).items()}
        rules = {kind: tuple(Rule(**rule) for rule in raw.get(kind) or ()) for kind in RULE_KINDS}
        return cls(
            domain=raw["domain"],
            languages=tuple(raw.get("languages") or LANGUAGES),
            default_language=raw.get("default_language", "pt-BR"),
            company=raw.get("company", ""),
            persona=dict(raw.get("persona") or {}),
            tone=dict(raw.get("tone") or {}),
            facts=dict(raw.get("facts") or {}),
            questions=tuple(Question.from_snapshot(question) for question in raw.get("questions") or ()),
            hours={day: (begins, ends) for day, (begins, ends) in (raw.get("hours") or {}).items()},
            limits=dict(raw.get("limits") or {}),
            messages=messages,
            snippets=tuple(Snippet.from_snapshot(snippet) for snippet in raw.get("snippets") or ()),
            **rules,
        )

    def to_snapshot(self) -> dict[str, Any]:
        return jsonable(asdict(self))

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)

    @property
    def required(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.required)


def jsonable(value: Any) -> Any:
    """The same data with JSON's own containers: tuples become lists, mappings become dicts."""
    if isinstance(value, Mapping):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return value
