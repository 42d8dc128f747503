"""The approved templates that somebody may choose from, with what is known already of their variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leads.models import Lead, User
from whatsapp.models import Conversation, Line, Template
from whatsapp.services import offer_templates

# "Dona Nélida" is greeted by her name
TITLES = {
    *("dona", "seu", "sr", "sra", "srta", "senhor", "senhora", "don", "doña", "señor", "señora"),
    *("dr", "dra", "mr", "mrs", "ms", "miss"),
}
# What a variable is called, where it has a name
OF_CLIENT = frozenset(
    [
        "name",
        "first_name",
        "client",
        "client_name",
        "customer",
        "customer_name",
        "nome",
        "nome_cliente",
        "cliente",
        "nombre",
    ]
)
OF_WRITER = frozenset(
    ["consultant", "consultant_name", "agent", "consultor", "consultora", "corretor", "corretora", "asesor"]
)
# Where it has a number, the words before it say who stands there: "Olá {{1}}, aqui é {{2}}"
GREETING = re.compile(
    r"^\W*(?:ol[áa]|oi+e?|bom dia|boa tarde|boa noite|prezad[oa]|car[oa]|hi|hello|hey|dear"
    r"|good (?:morning|afternoon|evening)|hola|buen[oa]s? (?:d[íi]as?|tardes|noches)|estimad[oa])[\s,!]*$",
    re.IGNORECASE,
)
INTRODUCTION = re.compile(
    r"(?:aqui (?:é|quem fala é)|eu sou|me chamo|meu nome é|this is|i['’]m|i am|my name is|soy|me llamo|mi nombre es"
    r"|te escribe|le escribe)(?: [oa])? $",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Field:
    """A variable: an example of its value, and the value itself where it is known."""

    name: str
    sample: str
    value: str = ""


@dataclass(frozen=True)
class Offer:
    template: Template
    fields: list[Field]

    @property
    def preview(self) -> str:
        return self.template.text_with({one.name: one.value for one in self.fields if one.value})


def offers_in(conversation: Conversation, lead: Lead | None, user: User) -> list[Offer]:
    """For a conversation that is there."""
    name = lead.name if lead else conversation.profile_name
    return _offers(conversation.line, name, conversation.clients_language, user)


def offers_for(line: Line, lead: Lead, user: User) -> list[Offer]:
    """For the first word to a lead."""
    return _offers(line, lead.name, lead.language, user)


def _offers(line: Line, client: str, language: str, user: User) -> list[Offer]:
    names = {"client": client, "writer": str(user)}
    return [
        Offer(template, [_field(template, *field, names) for field in template.fields])
        for template in offer_templates(line, language)
    ]


def _field(template: Template, name: str, sample: str, names: Mapping[str, str]) -> Field:
    known = names.get(_who(template, name), "")
    # As the example has it: "Marina" wants a first name, "Ana Souza" the whole
    is_short = len(sample.split()) == 1
    return Field(name, sample, _first_name(known) if is_short else known)


def _first_name(known: str) -> str:
    words = known.split()
    called = [word for word in words if word.lower().rstrip(".") not in TITLES]
    return next(iter(called or words), "")


def _who(template: Template, name: str) -> str:
    """`client` or `writer`, whose name belongs there; '' where that is not said."""
    if not name.isdecimal():
        return "client" if name.lower() in OF_CLIENT else "writer" if name.lower() in OF_WRITER else ""
    place = re.search(rf"\{{\{{\s*{name}\s*\}}\}}", template.body)
    before = template.body[: place.start()] if place else ""
    return "client" if GREETING.search(before) else "writer" if INTRODUCTION.search(before) else ""
