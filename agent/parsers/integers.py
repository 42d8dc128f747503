"""Counts next to their unit: "25 vendedores", "two-bedroom", "equipo de 15", "eu, minha esposa e 2 filhos"."""

from __future__ import annotations

import re

from agent.brains.protocol import Context, Question
from agent.parsers import numbers
from agent.parsers.found import WORD, Found, clean, fold, phrase_pattern
from agent.parsers.lexicons import word_set
from agent.parsers.spelling import is_slip
from agent.parsers.texts import every

BETWEEN = re.compile(
    r"[\s:-]*(?:(?:e|de|of|are|is|son|sao|com|with|con|:|=|uns|umas|unos|unas|about|em|ou|o|or|mais|mas|more|so|solo|apenas|only|just|nomas|hoje|hoy|ya|ja|tipo|como|somente|unicamente|"
    r"exatamente|around|like|roughly|entre|ate|hasta|up to)"
    r"\s+){0,3}"
)
ADJECTIVE = re.compile(
    r"[\s-]*(?:\+|ou mais|o mas|or more)?\s*(?:(?:bons|buenos|good|novos|other|outros|outras|otros|de|full|"
    r"mais|mas|"
    r"more|active|ativos)\s+){0,2}"
)
JOINED = re.compile(r"\s*(?:-|/|a|ou|o|or|to|e|y)\s*")
CHILDREN = re.compile(
    r"\s*(?:,|e|y|and|mais|mas|plus|com|con|with|\+|nossos|nuestros|our|meus|mis|my|os|los|the|\s)*\s*"
    r"(?P<count>\w+)\s+(?:filh\w+|hij\w+|kids?|child\w*|crianc\w+|nin[oa]s?|meninos|peques|bebes?|dependentes?)"
)

# "12x30" is a plot, not a count.
SIZE = re.compile(r"\d+(?:[.,]\d+)?\s*[x×]\s*\d+(?:[.,]\d+)?")
ONE_CHILD = re.compile(
    r"\s*(?:,|e|y|and|mais|mas|plus|com|con|with|\+|\s)*\s+(?:um|uma|una?|an?|one|minha|meu|nossa|nosso|mi|"
    r"nuestr[oa]|my|our)"
    r"\s+(?:filh[oa]|hij[oa]|kid|child|son|daughter|bebe|baby|toddler|infant|nenem|newborn|crianca|nin[oa]|menin[oa])(?!\w)"
    r"(?:\s+de\s+\d+(?!\s*\w*(?:anos|meses)\w))?"
)
# "somos una consultora" says what they are, not how many
ARE_A = re.compile(r"(?<!\w)(?:somos|soy|sou|sao|son|es|is|are|we.?re|i.?m|am|like)\s+$")
WITH = re.compile(r"\s*(?:,\s*)?(?:and|e|y|plus|com|con|with|\+|mais|mas)\s+\w")
# In a question's cues: any plural noun after a number counts, as in "12 corretores"
ANY_PLURAL = "*s"
# In a question's terms: who says "eu e" and names others counts as one of them
SELF_AND = "eu e=1+"
NOUN = re.compile(r"\s+(?P<noun>[a-z]{4,}(?:s|ff))(?!\w)")
NOT_PEOPLE = word_set("not_people")
# "mais 3", "plus two colleagues", "e outros 2"
OTHERS = re.compile(
    r"\s*(?:e|y|and)?\s*(?:mais|mas|otr[oa]s|other|another|more)\s+(?P<count>\w+)(?!\w)|"
    r"\s*(?:plus|and|\+|e|y|com|con|with)\s+(?P<after>\w+)\s+(?:others?|more|mais|mas|otr[oa]s?|outr[oa]s?|colleagues?|"
    r"colegas?|partners?|soci[oa]s?|employees?|people|pessoas|personas|ajudantes?|staff)(?!\w)"
)
SHORTEST_SLIP = 6
OF_TIME = re.compile(r"\s*(?:mins?|minut\w+|horas?|hours?|hrs?)(?!\w)")
ADULTS = re.compile(r"(?<!\w)adult\w*")


COUNTED = (
    r"(?P<count>\w+)\s+(?:filh\w+|hij\w+|kids?|child\w*|sons|daughters|crianc\w+|nin[oa]s|menin[oa]s|bebes?|babies|"
    r"irma[os]\w*|herman\w+|dependentes?|toddlers?)"
)
RELATIVE = (
    r"(?:(?:o|a|el|la|meu|minha|mi|my|nosso|nossa|nuestr[oa]|our|the|um|uma|un|una|an?)\s+)(?:\w+\s+)??"
    r"(?:espos[oa]|marido|mulher|mujer|namorad[oa]|novi[oa]|companheir[oa]|wife|husband|partner|girlfriend|boyfriend|"
    r"fiancee?|mae|pai|mama|papa|madre|padre|mom|mum|dad|mother|father|filh[oa]|hij[oa]|son|daughter|irma[o]?|"
    r"herman[oa]|brother|sister|sogr[oa]|suegr[oa]|bebe|baby|toddler|soci[oa]|cunhad[oa]|net[oa]|niet[oa])(?!\w)"
)
FAMILY = re.compile(
    r"(?<!\w)(?:eu|mim|yo|mi|me|myself|i)(?:(?:\s*[,+&]\s*|\s+)(?:(?:e|y|and|mais|mas|plus|com|con|with)\s+)?"
    rf"(?:{RELATIVE}|(?:(?:meus|minhas|nossos|nossas|mis|nuestr[oa]s|my|our|os|as|los|las|the)\s+)?"
    rf"{COUNTED.replace('?P<count>', '')}))+"
)


def parse(text: str, context: Context, language: str, question: Question) -> list[Found]:
    """Numbers beside a cue of the question are explicit, bare ones are not."""
    text = clean(text)
    folded = fold(text)
    found = _by_phrase(text, folded, question)
    found = _families(text, folded, found) if SELF_AND in every(question.terms) else found
    cues = [cue for cues in question.cues.values() for cue in cues]
    spans = _cue_spans(folded, tuple(cues))
    sizes = [match.span() for match in SIZE.finditer(folded)]
    known = [
        number
        for number in numbers.find(folded, context.country)
        if float(number.value).is_integer() and not _is_within(number, sizes)
    ]
    used: list[tuple[int, int]] = []
    # Articles last: in "um time de 12" the "um" counts nothing
    for index, number in sorted(enumerate(known), key=lambda pair: pair[1].article):
        if number.article and ARE_A.search(folded[: number.start]):
            continue
        span = _beside(folded, number, [cue for cue in spans if cue not in used])
        if span and not any(span[0] < item.end and item.start < span[1] for item in found):
            first = _start_of_range(folded, known[:index], number)
            start = min(span[0], first.start)
            more, end = _children(folded, span[1]) if ADULTS.search(folded[start : span[1]]) else (0, span[1])
            found.append(Found(int(first.value) + more, text[start:end], start, end))
            used += [cue for cue in spans if span[0] <= cue[0] < span[1]]
    if not found and ANY_PLURAL in every(question.cues):
        found = [_with_noun(text, folded, number) for number in known if _noun_after(folded, number)][:1]
    bare = [
        number
        for number in known
        if not (number.article or _covered(number, found) or _glued(folded, number))
        and not OF_TIME.match(folded, number.end)
    ]
    return found + [Found(int(n.value), text[n.start : n.end], n.start, n.end, explicit=False) for n in bare]


def _is_within(number: numbers.Number, spans: list[tuple[int, int]]) -> bool:
    return any(start <= number.start < end for start, end in spans)


def _cue_spans(folded: str, cues: tuple[str, ...]) -> list[tuple[int, int]]:
    """Cues may be glued to the digits: "2br", "3q"."""
    glued = re.compile(phrase_pattern(cues).pattern.replace(r"(?<!\w)", r"(?<![^\W\d])", 1))
    spans = [match.span() for match in glued.finditer(folded)]
    return spans + [span for span in _slips(folded, cues) if span not in spans]


def _slips(folded: str, cues: tuple[str, ...]) -> list[tuple[int, int]]:
    """ "3 quartus": a long cue with one letter wrong."""
    targets = {fold(cue) for cue in cues if len(cue) >= SHORTEST_SLIP}
    return [
        match.span()
        for match in WORD.finditer(folded)
        if len(match[0]) >= SHORTEST_SLIP and any(is_slip(match[0], target) for target in targets)
    ]


def _beside(folded: str, number: numbers.Number, cues: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The number with its cue. A cue of one letter must touch the digits: "3q"."""
    for start, end in cues:
        # Otherwise the "q" of "3 mil q eu tenho" would make rooms of them
        if end - start == 1 and number.end != start:
            continue
        if number.end <= start and ADJECTIVE.fullmatch(folded[number.end : start]):
            return number.start, end
        if end <= number.start and BETWEEN.fullmatch(folded[end : number.start]) and not number.article:
            return start, number.end
    return None


def _start_of_range(folded: str, earlier: list[numbers.Number], number: numbers.Number) -> numbers.Number:
    """ "2 ou 3 quartos": the smaller one is what the client can live with."""
    # Further apart they are two counts: "2 ou 10" is no range of rooms
    if not earlier or not earlier[-1].value < number.value <= earlier[-1].value * 4:
        return number
    return earlier[-1] if JOINED.fullmatch(folded[earlier[-1].end : number.start]) else number


def _noun_after(folded: str, number: numbers.Number) -> re.Match[str] | None:
    noun = NOUN.match(folded, number.end)
    counted = noun and noun["noun"] not in NOT_PEOPLE and not _glued(folded, number) and not number.article
    return noun if counted and number.scale == 1 else None


def _with_noun(text: str, folded: str, number: numbers.Number) -> Found:
    noun = _noun_after(folded, number)
    end = noun.end() if noun else number.end
    return Found(int(number.value), text[number.start : end], number.start, end)


def _glued(folded: str, number: numbers.Number) -> bool:
    """ "HB20" holds no count."""
    return number.start > 0 and folded[number.start - 1].isalpha()


def _covered(number: numbers.Number, found: list[Found]) -> bool:
    return any(item.start <= number.start < item.end for item in found)


def _children(folded: str, start: int) -> tuple[int, int]:
    """How many children or others are added right after `start`, and where the words end."""
    alone = ONE_CHILD.match(folded, start)
    if alone:
        return 1, alone.end()
    match = CHILDREN.match(folded, start) or OTHERS.match(folded, start)
    told = (match.groupdict().get("after") or match["count"]) if match else ""
    count = numbers.find(told)
    if match is None or not (count or told == "a"):
        return 0, start
    return int(count[0].value) if count else 1, match.end()


def _families(text: str, folded: str, found: list[Found]) -> list[Found]:
    """ "eu, meu marido e 2 filhos": the one who writes, and everybody named after."""
    families = []
    for match in FAMILY.finditer(folded):
        children, words = 0, match[0]
        for child in re.finditer(COUNTED, match[0]):
            count = numbers.find(child["count"])
            children += int(count[0].value) if count else 0
            words = words.replace(child[0], " ") if count else words
        people = 1 + len(re.findall(RELATIVE, words)) + children
        families.append(Found(people, text[match.start() : match.end()], *match.span()))
    larger = [f for f in families if not any(f.overlaps(item) and item.value >= f.value for item in found)]
    return larger + [item for item in found if not any(item.overlaps(family) for family in larger)]


def _by_phrase(text: str, folded: str, question: Question) -> list[Found]:
    """Terms such as "casal=2" stand for a number; children said right after are added, "eu e=1+" needs them."""
    found: list[Found] = []
    for term in sorted({term for terms in question.terms.values() for term in terms}, key=len, reverse=True):
        phrase, _, count = term.partition("=")
        for match in phrase_pattern((phrase,)).finditer(folded):
            more, end = _children(folded, match.end())
            if (count.endswith("+") and not more) or (
                count == "1" and not more and WITH.match(folded, match.end())
            ):
                continue
            item = Found(int(count.rstrip("+")) + more, text[match.start() : end], match.start(), end)
            if not any(item.overlaps(other) for other in found):
                found.append(item)
    return found
