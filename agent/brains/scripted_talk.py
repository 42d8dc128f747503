"""What clients write that answers nothing: fillers, side talk, keys hit at random, "tanto faz"."""

from __future__ import annotations

import re

from agent.parsers.found import fold
from agent.parsers.lexicons import word_set

FILLERS = word_set("fillers")
SIDE_TALK = re.compile(
    r"(?<!\w)(?:me|perdon|perdao|desculpa|disculpa|sorry|oops|ops|nenhum|nenhuma|ningun|ninguno|ninguna|none|"
    r"ja(?:ja)+|"
    r"ha(?:ha)+|k{2,}|rs(?:rs)*|lol|equivoque|engano|errado|wrong)(?!\w)"
)
# "asdfg", "aaa"; not h, l and r, which names have between other consonants, as "Schmidt" has
NEIGHBOURS = r"^(?:qwe|asd|zxc|sdf|xcv|jkl|hjk|poi|mnb)\w{0,4}$"  # of the keyboard
GIBBERISH = re.compile(rf"{NEIGHBOURS}|[bcdfgjkmnpqstvwxz]{{3}}|(.)\1\1")
MASHED = re.compile(rf"{NEIGHBOURS}|[bcdfghjklmnpqstvwxz]{{5}}|^[^aeiouy]+$|[sdfgjkl]{{4}}")
# "hmm", "ixe", "ué": short and unknown, as names are
INTERJECTION = re.compile(
    r"^(?:h*u+m+|hm+|a+h+|e+h+|o+h+|u+h+|i+x+e*|aff+|ue+|vish|eita|ops|opa|sei|nossa|caramba|puts|wow)$"
)
UNSURE = re.compile(
    r"(?<!\w)(?:nao sei|n sei|nem sei|sei la|no se|ni idea|not sure|don'?t know|dunno|idk|no idea|tanto faz|whatever|"
    r"any of|anytime|any time|either|me da (?:igual|lo mismo)|da igual|cualquiera|qualquer (?:um|uma|horario|"
    r"periodo|hora)|"
    r"indiferente|cualquier (?:horario|hora)|don'?t mind|no preference|up to you|voce que sabe|vc que sabe)(?!\w)"
)
# "só nós duas", "it's chaos": a sentence about themselves, where a proper noun was asked for
REMARK = re.compile(
    r"(?:(?:mas|pero|but|e|y|and) )?(?:so|solo|only|just|it'?s|its|that'?s|there'?s|we'?re|we|nos|nosotr[oa]s|"
    r"a gente|somos|son|sao|is|ainda|todavia|still|eu|yo|i|i'?m|isso|eso|tudo|todo|everything|everyone)(?!\w)"
)
SPANISH_NO = re.compile(r"(?:(?:ya|pero|y|es que|que) )*no\s+[a-z]")
REFUSAL = re.compile(
    r"(?:(?:i|eu|yo|we|a gente|ya|ja) )?(?:don'?t|dont|do not|nao|n|no) (?:really )?"
    r"(?:need|want|precis\w+|quer\w+|quier\w+|necesit\w+)(?!\w)"
)
TALK = (
    "ask_human",
    "price",
    "promise",
    "angry",
    "injection",
    "off_topic",
    "why",
    "are_you_bot",
    "wait",
    "side_talk",
    "not_interested",
    "how_are_you",
    "are_you_there",
    "is_it_honest",
    "your_name",
    "by_text",
    "goodbye",
)


def is_remark(answer: str, shouted: bool) -> bool:
    """Unless what follows has a capital: "We Work", "Nosotras Spa"."""
    return bool(REMARK.match(fold(answer))) and (shouted or answer[1:].islower())


def is_filler(text: str) -> bool:
    """ "ok", "hmm kkk", a link: words that answer nothing."""
    # The last words of a link look like the name of a town or a company
    if "http" in text or "www." in text:
        return True
    return all(
        word in FILLERS or word.isdigit() or INTERJECTION.match(word)
        for word in re.findall(r"[^\W_]+", fold(text))
    )
