"""Rules over answers: who is qualified, kept for later, refused, or given to a person at once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agent.brains.playbook import RULE_KINDS
from agent.slot_names import NamesBySlot, called, names_in
from leads.slot_lines import UNNAMED

KINDS = {
    "qualify_if": gettext_lazy("Qualified only if"),
    "nurture_if": gettext_lazy("Kept for later if"),
    "disqualify_if": gettext_lazy("Not a client if"),
    "handoff_if": gettext_lazy("To a person at once if"),
}
COMPARISONS = {
    "eq": gettext_lazy("is"),
    "ne": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
}
ORDERED = frozenset({"lt", "lte", "gt", "gte"})
NUMBERS = frozenset({"money_range", "int"})
Question = Mapping[str, Any]


class RuleForm(forms.Form):
    """`questions` are the draft's and `names` what they are called; the value is as the question's type wants it."""

    kind = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=list(KINDS.items()))
    slot = forms.ChoiceField(label=gettext_lazy("Question"))
    op = forms.ChoiceField(label=gettext_lazy("Comparison"), choices=list(COMPARISONS.items()))
    value = forms.CharField(
        label=gettext_lazy("Value"),
        max_length=200,
        widget=forms.TextInput({"list": "rule-values", "class": "vTextField"}),
        help_text=gettext_lazy("A choice, a number, or yes or no. Several with commas."),
    )

    def __init__(self, *args: Any, questions: Sequence[Question], names: NamesBySlot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {question["key"]: question for question in questions}
        self.names = names
        self.fields["slot"].choices = [(key, called(key, names)) for key in self.questions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        question, op = self.questions.get(cleaned.get("slot", "")), cleaned.get("op")
        if question is None or op is None or "value" not in cleaned:
            return cleaned
        if op in ORDERED and question["type"] not in NUMBERS:
            self.add_error("op", _("Only numbers and money can be more or less."))
        elif cleaned["kind"] == "qualify_if" and not question.get("required"):
            self.add_error("slot", _("This question must be required: an unknown answer qualifies nobody."))
        else:
            self._read_value(question, op, cleaned)
        return cleaned

    def rule(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("slot", "op", "value")}

    def _read_value(self, question: Question, op: str, cleaned: dict[str, Any]) -> None:
        parts = (
            [part.strip() for part in cleaned["value"].split(",")]
            if op == "in"
            else [cleaned["value"].strip()]
        )
        try:
            values = [value_of(question, part, self.names) for part in parts]
        except ValueError as problem:
            self.add_error("value", str(problem))
        else:
            cleaned["value"] = values if op == "in" else values[0]


def value_of(question: Question, text: str, names: NamesBySlot) -> Any:
    """What a rule compares with. ValueError says in words what does not fit the question."""
    if question["type"] == "choice":
        return _choice_meant(question, text, names)
    if question["type"] == "bool":
        known = {"yes": True, "no": False, _("Yes").lower(): True, _("No").lower(): False}
        if text.lower() not in known:
            raise ValueError(_("Write yes or no."))
        return known[text.lower()]
    return _number(text) if question["type"] in NUMBERS else text


def _choice_meant(question: Question, text: str, names: NamesBySlot) -> str:
    """By its key, else by its name in the reader's language."""
    keys = [choice["key"] for choice in question.get("choices", [])]
    by_name = {_in_words(question["key"], key, names).casefold(): key for key in keys}
    if text not in keys and text.casefold() not in by_name:
        shown = ", ".join(_in_words(question["key"], key, names) for key in keys)
        raise ValueError(_("Write one of: %(keys)s.") % {"keys": shown})
    return text if text in keys else by_name[text.casefold()]


def _number(text: str) -> int | float:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(_("Write a plain number, as in 300000."))
    return int(number) if number == number.to_integral_value() else float(number)


class BaseRules(BaseFormSet):
    def by_kind(self) -> dict[str, list[dict[str, Any]]]:
        rules: dict[str, list[dict[str, Any]]] = {kind: [] for kind in RULE_KINDS}
        for form in self.forms:
            if form.cleaned_data.get("slot") and form not in self.deleted_forms:
                rules[form.cleaned_data["kind"]].append(form.rule())
        return rules


RuleFormSet = forms.formset_factory(RuleForm, formset=BaseRules, extra=0, can_delete=True, max_num=100)


def initial_rules(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = names_in(draft)
    return [
        {
            "kind": kind,
            "slot": rule["slot"],
            "op": rule["op"],
            "value": _in_words(rule["slot"], rule["value"], names),
        }
        for kind in RULE_KINDS
        for rule in draft.get(kind) or []
    ]


def rules_in_words(draft: Mapping[str, Any]) -> list[str]:
    names = names_in(draft)
    return [
        f"{KINDS[rule['kind']]}: {called(rule['slot'], names)} {COMPARISONS[rule['op']]} {rule['value']}"
        for rule in initial_rules(draft)
    ]


def values_offered(draft: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Choices with the question they answer, to choose from."""
    names = names_in(draft)
    return [
        (_in_words(question["key"], choice["key"], names), called(question["key"], names))
        for question in draft.get("questions", [])
        for choice in question.get("choices") or []
    ]


def _in_words(slot: str, value: Any, names: NamesBySlot) -> str:
    if isinstance(value, bool):
        return (_("Yes") if value else _("No")).lower()
    if isinstance(value, list):
        return ", ".join(_in_words(slot, one, names) for one in value)
    choices = names.get(slot, UNNAMED).choices
    name = choices.get(str(value), "")
    # Commas part several values, and a name that two choices share means neither
    is_clear = name and "," not in name and list(choices.values()).count(name) == 1
    return name if is_clear else str(value)
