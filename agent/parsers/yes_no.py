"""Yes and no, as an answer to a question that was asked."""

from __future__ import annotations

import re

from agent.brains.protocol import Context
from agent.parsers.found import Found, clean, fold

YES = re.compile(
    r"^\W*(?:s|sim|ss+|si+m*|sip|claro|isso|isso mesmo|exato|exatamente|com certeza|positivo|aham|uhum|pode ser|quero|"
    r"quero sim|"
    r"si claro|por supuesto|asi es|correcto|dale|obvio|eso|y|yes|yep|yeah|yup|ya|sure|correct|right|of course|it is|"
    r"i do|👍|ok)"
    r"(?![\w'])"
)
NO = re.compile(
    r"^\W*(?:n|nao|nn|nope|no|nah|nunca|negativo|never|de jeito nenhum|para nada|not really|ainda nao|todavia no|"
    r"aun no)(?!\w)"
)


def parse(text: str, context: Context, language: str) -> list[Found]:
    folded = fold(clean(text))
    # No first: "não, pode ser" begins with it, and no yes begins with a no
    for pattern, value in ((NO, False), (YES, True)):
        match = pattern.match(folded)
        if match:
            return [Found(value, text[: match.end()].strip(), 0, match.end(), explicit=False)]
    return []
