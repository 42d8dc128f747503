"""The templates of the simulated account, in the shapes of Twilio's Content API."""

import json
from collections.abc import Mapping
from typing import Any

from whatsapp.listings import ListedContent
from whatsapp.placeholders import fill

APPROVED = {"status": "approved", "rejection_reason": "", "allow_category_change": True, "type": "whatsapp"}


class ContentError(Exception):
    """A template that cannot be sent so. `code`: Twilio's."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


def _content(
    number: int, name: str, language: str, kind: str, shape: dict[str, Any], samples: dict[str, str]
) -> dict[str, Any]:
    return {
        "sid": f"HX{number:032x}",
        "friendly_name": name,
        "language": language,
        "variables": samples,
        "types": {kind: shape},
        "approval": APPROVED | {"name": name, "category": "UTILITY", "content_type": kind},
    }


CONTENTS = [
    _content(
        1,
        "follow_up",
        "pt_BR",
        "twilio/text",
        {"body": "Olá {{1}}, aqui é {{2}}. Ainda posso ajudar com a sua busca? É só responder por aqui."},
        {"1": "Marina", "2": "Ana Souza"},
    ),
    _content(
        2,
        "visit_reminder",
        "pt_BR",
        "twilio/quick-reply",
        {
            "body": "Olá {{1}}, lembrando da sua visita em {{2}}. Continua de pé?",
            "actions": [{"title": "Sim", "id": "yes"}, {"title": "Quero remarcar", "id": "move"}],
        },
        {"1": "Marina", "2": "sábado às 10h"},
    ),
    _content(
        3,
        "follow_up",
        "en",
        "twilio/text",
        {"body": "Hi {{1}}, this is {{2}}. Can I still help with your search? Just answer here."},
        {"1": "James", "2": "Ana Souza"},
    ),
    _content(
        4,
        "consultant_notice",
        "pt_BR",
        "twilio/text",
        {"body": "{{1}}. {{2}} Abra aqui: {{3}} Responda a esta mensagem para receber tudo como texto."},
        {"1": "Novo lead: Marina", "2": "Quente (80/100)", "3": "https://crm.example.com/"},
    ),
    _content(
        5,
        "consultant_notice",
        "en",
        "twilio/text",
        {"body": "{{1}}. {{2}} Open it here: {{3}} Answer this message to get everything as text."},
        {"1": "New lead: Marina", "2": "Hot (80/100)", "3": "https://crm.example.com/"},
    ),
]


def listed() -> list[ListedContent]:
    """As our client would have read them."""
    return [
        ListedContent(
            sid=content["sid"],
            name=content["friendly_name"],
            language=content["language"],
            types=content["types"],
            variables=content["variables"],
            approval=content["approval"],
        )
        for content in CONTENTS
    ]


def find(sid: str) -> dict[str, Any] | None:
    return next((content for content in CONTENTS if content["sid"] == sid), None)


def filled(form: Mapping[str, str]) -> str:
    """What the phone shows of a template. Raises ContentError."""
    content = find(form["ContentSid"])
    if content is None:
        raise ContentError(21655, "The ContentSid is Invalid")
    try:
        variables = json.loads(form.get("ContentVariables", "{}"))
    except ValueError:
        variables = None
    if not isinstance(variables, dict):
        raise ContentError(21656, "The ContentVariables Parameter is Invalid")
    shape = next(iter(content["types"].values()))
    buttons = "".join(f"\n[{action['title']}]" for action in shape.get("actions", []))
    return fill(shape["body"], content["variables"] | variables) + buttons
