"""Why a draft may not be published: what would leave the agent without words, or a rule without sense."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from agent.brains.playbook import RULE_KINDS, Playbook, Question
from agent.sentence_names import sentence_name
from agent.slot_names import NamesBySlot, called, names_in
from agent.stages import BY_RULE, COMPARISONS, HANDOFF_REASONS
from leads.languages import language_name

FEWEST_CHOICES = 2
# Without these the engine would hand over, greet or say goodbye in silence.
NEEDED = (
    "greeting",
    "not_understood",
    "no_answer",
    "opt_out_confirmation",
    "nurture_closing",
    "disqualified_closing",
)


def problems_of(draft: Mapping[str, Any]) -> list[str]:
    """In words; empty when it may be published."""
    try:
        playbook = Playbook.from_snapshot(draft)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [_("The draft cannot be read: %(error)s") % {"error": error}]
    names = names_in(draft)
    return [
        *_of_voice(playbook),
        *_of_questions(playbook, names),
        *_of_rules(playbook, names),
        *_of_messages(playbook),
    ]


def _of_voice(playbook: Playbook) -> Iterator[str]:
    if not playbook.company:
        yield _("Say which company the agent speaks for.")
    if not any(playbook.persona.values()):
        yield _("The agent needs a name.")
    if playbook.default_language not in playbook.languages:
        yield _("The default language is none of the languages.")


def _of_questions(playbook: Playbook, names: NamesBySlot) -> Iterator[str]:
    if not playbook.required:
        yield _("At least one question must be required.")
    keys = [question.key for question in playbook.questions]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield _("Two questions have the key “%(slot)s”.") % {"slot": key}
    for question in playbook.questions:
        yield from _of_question(playbook, question, called(question.key, names))


def _of_question(playbook: Playbook, question: Question, name: str) -> Iterator[str]:
    if question.type == "choice" and len(question.choices) < FEWEST_CHOICES:
        yield _("“%(slot)s” needs two choices at least.") % {"slot": name}
    for language in playbook.languages if question.required else ():
        if not question.texts.get(language):
            yield _("“%(slot)s” has no question in %(language)s.") % {
                "slot": name,
                "language": language_name(language),
            }


def _of_rules(playbook: Playbook, names: NamesBySlot) -> Iterator[str]:
    for kind in RULE_KINDS:
        for rule in getattr(playbook, kind):
            question, name = playbook.question(rule.slot), called(rule.slot, names)
            if question is None:
                yield _("A rule speaks of “%(slot)s”, which is no question.") % {"slot": rule.slot}
            elif rule.op not in COMPARISONS:
                yield _("A rule on “%(slot)s” compares in a way that nobody knows.") % {"slot": name}
            elif kind == "qualify_if" and not question.required:
                yield _("A rule qualifies by “%(slot)s”, which must be required then.") % {"slot": name}
            elif missing := _unknown_choices(question, rule.value):
                yield _("A rule on “%(slot)s” names no choice of it: %(choices)s.") % {
                    "slot": name,
                    "choices": ", ".join(missing),
                }


def _unknown_choices(question: Question, value: Any) -> list[str]:
    if question.type != "choice":
        return []
    return [
        str(one) for one in (value if isinstance(value, list) else [value]) if not question.choice(str(one))
    ]


def _of_messages(playbook: Playbook) -> Iterator[str]:
    reasons = [*HANDOFF_REASONS, *([BY_RULE] if playbook.handoff_if else [])]
    for kind in (*NEEDED, *(f"handoff_{reason}" for reason in reasons)):
        texts = playbook.messages.get(kind, {})
        for language in playbook.languages:
            if not (texts.get(language) or texts.get(playbook.default_language)):
                yield _("There is no wording for “%(kind)s” in %(language)s.") % {
                    "kind": sentence_name(kind),
                    "language": language_name(language),
                }
