"""The ways form builders write one answer: `{label, value}`, `{name, values}`, `{type: "email", email: …}`."""

from dataclasses import dataclass
from typing import Any

from leads.cleaning import DEEPEST, clean_line
from leads.inference.vocabulary import names_a_contact
from leads.inference.words import phrases, plain

LABELS = phrases(
    """
    label, title, question, field name, field label, display name, column name, property name,
    pergunta, pregunta, rotulo, etiqueta, campo, caption, heading, l, lbl, prompt, nome campo, nombre, nome, name
    """
)
NAMES = phrases(
    """
    key, ref, name, id, field id, column id, slug, code, property name, field name, nome, nombre,
    campo, field, identifier, alias, internal name
    """
)
VALUES = phrases(
    """
    value, values, answer, answers, response, responses, string value, property value, field value,
    resposta, respuesta, valor, valores, user response, input, content, selected, val, raw value,
    pretty format, answer details, text question answer, conteudo, contenido, dado, reply, v, val
    """
)
_NAMING = ("label", "name", "nome", "nombre")
# What an answer and the definition of its question have in common.
REFERENCES = ("id", "key", "ref", "question id", "field id", "item id", "column id")
# What may stand beside a label and a value without making the whole something else than an answer.
BESIDE = phrases(
    """
    type, t, field type, kind, tipo, required, is required, options, choices, position, order, index,
    question type, text, field, placeholder, hidden, properties, sublabels, section, page, group, multiple, is
    checked, other, format, description, label type, question id, unit, score, timestamp, versions,
    source, source id, source type
    """
)
_KNOWN = {*LABELS, *NAMES, *VALUES, *BESIDE}


@dataclass(frozen=True)
class Answer:
    name: str
    labels: tuple[str, ...]
    type: str
    value: Any


def read_answer(node: dict[str, Any], definitions: dict[str, str], *, is_named: bool) -> Answer | None:
    """`node` as one answer, or None. `is_named`: it stands under a key of its own, as in {email: {value: …}}."""
    plain_node = _with_its_question({plain(str(key)): value for key, value in node.items()})
    kind = _text(plain_node.get("type") or plain_node.get("field type") or plain_node.get("tipo"))
    typed = _typed_value(node, plain_node, kind)
    if typed is None and not _says_nothing_else(plain_node):
        return None
    found = typed or _plain_value(plain_node)
    if found is None:
        return None
    value_key, value = found
    name, labels = _naming(plain_node, value_key, definitions)
    if not (name or labels) and not is_named:
        name = kind  # `{tipo: "celular", valor: …}`
    if not (name or labels) and not (is_named and typed is None):
        return None
    if is_named and typed is None and not _describes_itself(plain_node):
        return None
    return Answer(name, labels, kind, _chosen(value, plain_node.get("options") or plain_node.get("choices")))


def _with_its_question(node: dict[str, Any]) -> dict[str, Any]:
    """`{predefinedField: "FIRST_NAME", answer: …}`: beside a value, a text that is a question or names a
    contact is the label, whatever its key."""
    node = _unwrapped(_without_prefix(node))
    if {"q", "a"} <= node.keys():
        return {{"q": "label", "a": "value"}.get(key, key): value for key, value in node.items()}
    if not any(key in node for key in VALUES):
        return node
    named = next((text for key in _NAMING if (text := _text(node.get(key)))), "")
    told = [key for key, value in node.items() if key not in _KNOWN and _is_question(value, named)]
    if len(told) != 1:
        return node
    label = next(key for key in LABELS if key not in node)
    return {(label if key == told[0] else key): value for key, value in node.items()}


def _unwrapped(node: dict[str, Any]) -> dict[str, Any]:
    """`{label: "Phone", data: {value: "…"}}`: the value in an envelope of its own."""
    inside = {
        key: next(iter(value.values()))
        for key, value in node.items()
        if isinstance(value, dict)
        and len(value) == 1
        and plain(str(next(iter(value)))) in ("value", "answer")
    }
    is_labelled = any(isinstance(node.get(key), str) for key in LABELS)
    if len(inside) != 1 or not is_labelled or any(key in node for key in VALUES if key not in inside):
        return node
    return {("value" if key in inside else key): inside.get(key, value) for key, value in node.items()}


def _without_prefix(node: dict[str, Any]) -> dict[str, Any]:
    """`{attributeCode: "email", attributeValue: …}` says twice what it is about."""
    prefix = next((key.removesuffix(" value") for key in node if key.endswith(" value")), "")
    is_shared = all(key.startswith(f"{prefix} ") for key in node)
    if not prefix or (prefix in ("string", "raw", "field", "property") and not is_shared):
        return node
    return {key.removeprefix(f"{prefix} "): value for key, value in node.items()}


def _is_question(value: Any, named: str) -> bool:
    """Beside a name, only what says the same again: `{name: "workEmail", predefinedField: "WORK_EMAIL"}`."""
    if not isinstance(value, str):
        return False
    if named:
        return plain(value) == plain(named) or (names_a_contact(value) and names_a_contact(named))
    return value.rstrip().endswith(("?", ":")) or names_a_contact(value)


def _says_nothing_else(node: dict[str, Any]) -> bool:
    """Beside what we know only switches and numbers stand, or it again: no other text could be lost."""
    said = {_letters(value) for key in VALUES if isinstance(value := node.get(key), str)} | {""}
    return not any(
        isinstance(value, dict | list) or (isinstance(value, str) and _letters(value) not in said)
        for key, value in node.items()
        if key not in _KNOWN and not key.endswith(" type id")
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def definitions_in(tree: Any, depth: int = 0) -> dict[str, str]:
    """Question texts by the ids that answers refer to, wherever the form's definition stands."""
    found: dict[str, str] = {}
    if depth > DEEPEST:
        return found
    if isinstance(tree, dict):
        plain_tree = {plain(str(name)): value for name, value in tree.items()}
        title = _title(plain_tree)
        found |= {key: title for name in REFERENCES if title and (key := _text(plain_tree.get(name)))}
        found |= _questions_by_key(tree)
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        if isinstance(child, dict | list):
            found |= definitions_in(child, depth + 1)
    return found


def _questions_by_key(node: dict[str, Any]) -> dict[str, str]:
    """`{q1: "Your name", q2: "Your e-mail", …}`: what keys mean that stand elsewhere with the answers."""
    # A number or an address answers something: then these are facts beside each other, and no questions
    if not all(isinstance(text, str) and text and "@" not in text for text in node.values()):
        return {}
    told = {str(key): _text(value) for key, value in node.items() if not names_a_contact(str(key))}
    if len(told) < len(node) or not all(told.values()):
        return {}
    return told if sum(map(names_a_contact, told.values())) >= 2 else {}


def _title(node: dict[str, Any]) -> str:
    return next((text for name in ("title", "label", "question") if (text := _text(node.get(name)))), "")


def _typed_value(node: dict[str, Any], plain_node: dict[str, Any], kind: str) -> tuple[str, Any] | None:
    """`{type: "email", email: "…", field: {…}}`: the value stands under the name of its type."""
    if kind and kind in node and ("field" in plain_node or plain_node.keys() <= {"id", "type", plain(kind)}):
        return kind, node[kind]
    if kind == "payment" or "field" not in plain_node:
        return None
    return next(((key, node[key]) for key in ("text", "url", "file_url", "date") if key in node), None)


def _plain_value(node: dict[str, Any]) -> tuple[str, Any] | None:
    key = next((name for name in VALUES if node.get(name) not in (None, "")), None)
    key = key or next((name for name in VALUES if name in node), None)
    if key is None and "text" in node and len(node) > 1 and not isinstance(node["text"], dict | list):
        key = "text"
    return (key, node[key]) if key else None


def _naming(node: dict[str, Any], value_key: str, definitions: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    reference = node.get("field")
    if isinstance(reference, dict):
        node = {**{plain(str(key)): value for key, value in reference.items()}, "field": ""}
    usable = {key: _text(value) for key, value in node.items() if key != value_key}
    name = next((usable[key] for key in NAMES if usable.get(key)), "")
    labels = [usable[key] for key in LABELS if usable.get(key)]
    labels += [usable["text"]] if usable.get("text") and value_key != "text" else []
    labels += [definitions[usable[key]] for key in (*REFERENCES, *NAMES) if usable.get(key) in definitions]
    labels += [usable[key] for key in ("ref", "key", "id", "property name", "column id") if usable.get(key)]
    return name, tuple(dict.fromkeys(label for label in labels if label != name))


def _describes_itself(node: dict[str, Any]) -> bool:
    """Under a key of its own, `{name, value}` may be a product and its price; other labels say it is a field."""
    return not {"name", "nome", "nombre"} & node.keys() or bool(
        {"type", "label", "title", "id"} & node.keys()
    )


def _chosen(value: Any, options: Any) -> Any:
    """Texts instead of option ids; the label of a choice instead of its wrapping."""
    if isinstance(value, dict):
        # Typeform's `choice: {label}` and `choices: {labels}`, or what was typed under `other`
        inner = value.get("labels") or value.get("label") or value.get("other")
        return inner if inner and "first" not in value else value
    if isinstance(value, list) and value and all(_rich_text(part) for part in value):
        return "".join(_rich_text(part) for part in value)
    if not isinstance(options, list):
        return value
    # Tally answers by the ids of what was chosen, `["o-2"]`, and gives all options beside
    texts = {
        str(option["id"]): option.get("text") or option.get("label") or option.get("value") or option["id"]
        for option in options
        if isinstance(option, dict) and "id" in option
    }
    if isinstance(value, list):
        return [texts.get(str(item), item) for item in value]
    return texts.get(str(value), value)


def _rich_text(part: Any) -> str:
    """The words of one run of formatted text, as in `[{plain_text: "Ana", annotations: {…}}]`."""
    # Rich text as Notion's API has it
    return str(part.get("plain_text") or part.get("plainText") or "") if isinstance(part, dict) else ""


def _text(value: Any) -> str:
    return clean_line(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
