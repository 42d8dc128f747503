"""What part somebody plays in a submission, where the object that speaks of them says so itself."""

import re
from typing import Any

from leads.cleaning import clean_line
from leads.inference.vocabulary import CONTAINER, OFFICE, PERSON, SOMEBODY_ELSE, names_a_contact, names_a_name
from leads.inference.words import any_of, only, plain

# What stands around whoever plays no part of the client's
STAFF = "staff"
_ROLE = only(
    "role, roles, papel, rol, funcao, type, kind, tipo, perfil, participant type, person type, relationship"
)
# Calendars and calls mark whoever invites, and their own people: `{email: …, organizer: true}`.
_IS_STAFF = only(
    """
    (?:is )?(?:host|organi[sz]er|organizadora?|anfitria|anfitriao|staff|agent|internal|bot),
    (?:is )?(?:internal|staff) (?:user|member)
    """
)
_SAID = only("text, texto, message, mensagem, mensaje, body, content, conteudo, contenido, msg")
_SPEAKER = only(
    """
    role, from, de, by, sent by, sender, sender type, author, autor, type, tipo, who, quem, quien, speaker, direction,
    from type, author type
    """
)
# Of what is said: whoever answers the client, and the way that a message goes out.
_ANSWERING = any_of(
    "bot, chatbot, robot, robo, assistant, assistente, asistente, system, ia, ai, outbound, outgoing"
)


def role_of(node: dict[str, Any], *, is_alone: bool = False) -> str:
    """What part somebody plays, as in `{role: "agent", name: …}`; '' where nothing says so. Whoever `is_alone` in a
    list serves nobody there, whatever a switch says."""
    if is_marked(node) and not is_alone:
        return STAFF
    if not any(names_a_name(str(key)) for key in node):
        return ""  # `{email: …, type: "office"}` is no person
    said = (
        clean_line(text)
        for key, text in node.items()
        if _ROLE.match(plain(str(key))) and isinstance(text, str)
    )
    return next(
        (role for role in said if SOMEBODY_ELSE.search(plain(role)) or PERSON.search(plain(role))), ""
    )


def is_marked(node: dict[str, Any]) -> bool:
    """Whether a switch says that they serve the others."""
    return any(flag is True and _IS_STAFF.match(plain(str(key))) for key, flag in node.items())


def is_answer_of_office(node: dict[str, Any]) -> bool:
    """One message of a talk that the client did not write: `{from: "bot", text: …}`."""
    keys = {plain(str(key)): value for key, value in node.items()}
    if not any(_SAID.match(key) for key in keys):
        return False
    speakers = [value for key, value in keys.items() if _SPEAKER.match(key)]
    if any(_is_said(OFFICE, speaker) for speaker in speakers):
        return True
    return any(_is_said(_ANSWERING, speaker) for speaker in speakers) and not _reports_somebody(node)


def _reports_somebody(node: dict[str, Any]) -> bool:
    """`{author: "bot", text: "New lead", name: …, phone: …}`: a program has no phone of its own."""
    told = [str(key) for key, value in node.items() if isinstance(value, str) and value]
    is_named = any(map(names_a_name, told))
    return is_named and any(names_a_contact(key) and not names_a_name(key) for key in told)


def _is_said(part: re.Pattern[str], speaker: Any) -> bool:
    if isinstance(speaker, dict):
        return any(_ROLE.match(plain(str(key))) and _is_said(part, value) for key, value in speaker.items())
    return isinstance(speaker, str) and len(speaker) <= 30 and bool(part.search(plain(speaker)))


def is_a_mere_person(node: dict[str, Any], key: str) -> bool:
    """`{source: {type: "owner", name: …}}`: the name of somebody who cannot be reached by what stands beside it."""
    told = [clean_line(value) for value in node.values() if not isinstance(value, dict | list)]
    is_reached = any("@" in text or sum(map(str.isdigit, text)) >= 8 for text in told)
    is_leads_own = PERSON.search(plain(key)) or CONTAINER.match(plain(key)) or not key
    return len(told) == len(node) and not is_reached and not is_leads_own
