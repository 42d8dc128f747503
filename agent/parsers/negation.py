"""Whether a word is said only to be refused: "não quero apartamento", "instead of buying"."""

from __future__ import annotations

import re

ALWAYS = (
    r"nao|n|nem|jamais|nunca|sem|sin|without|not|never|don'?t|doesn'?t|isn'?t|didn'?t|wasn'?t|ni|tampoco|cannot|"
    r"desist\w+ d[eao]|deixei de|dejar de|gave up on|tired of|cansei de|em vez d[eoa]|ao inves d[eoa]|"
    r"en vez de|en lugar de|instead of|rather than|no longer|ja nao|ya no|menos|except|exceto|excepto|nada de|"
    r"no (?:hace falta|es necesario|hay necesidad|need)|descart\w+|changed my mind about|"
    r"forget|esquece|olvida|era pra|era para"
)
# Who does not know which refuses none: "not sure if online or in person"
UNDECIDED = r"(?!\s+(?:sei|se|sure|certain|know|decid\w+)\s+(?:se|si|if|whether)\b)"
# "não quero casa", but not "não casa mas apartamento" and not "não só casa"
BETWEEN = UNDECIDED + r"(?:\s+(?!mas\b|pero\b|but\b|so\b|sino\b|solo\b|only\b|just\b)[\w']+){0,2}\s+$"
ANY = re.compile(rf"(?<!\w)(?:{ALWAYS}){BETWEEN}")
SPANISH_NO = re.compile(rf"(?<!\w)no{BETWEEN}")
ENGLISH_NO = re.compile(r"(?<!\w)no\s+$")


# "amanhã não dá", "sexta não, sábado": said first and refused after
AFTERWARDS = re.compile(
    r"\s*(?:,\s*)?(?:eu\s+|yo\s+|i\s+|it\s+)?(?:(?:ja\s+|ya\s+)?(?:nao|n|no)\s+(?:da|vai dar|posso|consigo|rola|"
    r"quero|"
    r"serve|puedo|me sirve|"
    r"quiero|va|works?)|(?:nao|n|no|not)(?=\s*(?:ne|eh|mais|mas|ya)?\s*(?:[,.;!]|$))|doesn'?t work|won'?t work|"
    r"i can'?t|is out|not good)(?!\w)"
)
# "mornings are no good for me", "de manhã fica difícil", "las mañanas se me complican"; not "casa é difícil de achar"
UNSUITED = re.compile(
    r"\s*(?:,\s*)?(?:(?:(?:is|are|do|does|just|really|e|eh|sao|fica|ficam|ta|esta|seria|es|son|pra mim|para mim|mi|"
    r"se|me|muito|muy|bem|meio|sempre|siempre|ja|too|very|always|usually|resulta|resultan|queda|quedan)\s+){0,4}"
    r"(?:no good|not (?:good|great|ideal|possible|convenient|an option)|out|difficult|hard|tricky|impossible|"
    r"(?:don'?t|doesn'?t|won'?t|wouldn'?t) (?:really )?(?:work|suit|fit)|complicad[oa]s?|complican?|"
    r"car[oa]s? demais|(?:muito|muy|too|tao|demasiado) (?:car[oa]s?|expensive)|expensive|pricey|"
    r"dific(?:il|eis|iles)|ruim|ruins|impossive(?:l|is)|imposibles?|inviave(?:l|is)|pessim[oa]s?)|"
    r"no (?:me|nos) (?:quedan?|sirven?|van?|convienen?|vienen?)(?: bien)?)(?!\w)(?!\s+(?:de|to|of)(?!\w))"
)


# "nunca fui aí não": the second "não" only stresses the first.
REFUSED_ALREADY = re.compile(r"(?<!\w)(?:nunca|nao|n|jamais|nem|never|no|not)\s+(?:[^\W\d]+\s*){1,3}$")


def is_dropped(folded: str, end: int) -> bool:
    """Refused right afterwards: "amanhã não dá"."""
    refusal = AFTERWARDS.match(folded, end)
    return bool(refusal) and not REFUSED_ALREADY.search(folded[:end])


def is_unsuited(folded: str, end: int) -> bool:
    """Dropped, or said not to suit: of an option or a day that is a refusal, of a task ("o estoque é complicado")
    the very need."""
    return is_dropped(folded, end) or bool(UNSUITED.match(folded, end))


def is_negated(folded: str, start: int, language: str, after: int = 0) -> bool:
    """Looks back from `start`, not further than `after`. "no" is a refusal in Spanish and English alone."""
    before = folded[max(after, start - 60) : start]
    if ANY.search(before):
        return True
    # In Portuguese "no" is "in the": "no apartamento"
    if language.startswith("pt"):
        return False
    return bool((SPANISH_NO if language == "es" else ENGLISH_NO).search(before))
