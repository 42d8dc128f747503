"""Amounts of money as people type them: "R$ 350 mil", "350k", "entre 300 e 400 mil", "70 millones"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.brains.protocol import Context
from agent.parsers import numbers
from agent.parsers.found import Found, clean, fold, phrase_pattern

SIGNS = re.compile(r"(?:r\$|us\$|u\$s|u\$d|usd|brl|mxn|cop|ars|clp|s/\.?|\$|€|£|eur|gbp|rs\$?)\s*$")
CURRENCY_WORDS = re.compile(
    r"\s*(?:de\s+)?(?:reais|real|reai|pesos?|dolares|dolar|dollars?|euros?|soles|libras?|pounds?|quid|bucks"
    r"|mangos?|contos?|pila[s]?|pau[s]?|usd|brl|mxn|cop|ars|clp|pen|eur|gbp|r\$|\$|€|£)(?!\w)"
)
OTHER_UNITS = re.compile(
    r"\s*(?:%|por ?cento|por ?ciento|percent|km|kms|quilometros|kilometros|miles\b|m2|m²|metros?|mts|sqft|"
    r"square|hectares?|ha\b|anos?|años?|years?|yrs?|yo\b|meses|mes\b|months?|dias?|days?|semanas?|weeks?|h\b|"
    r"hs\b|hrs?|horas?|am\b|pm\b|kwh|kw|kg|pessoas?|personas?|people|usuarios?|users?|seats?|vendedores|"
    r"funcionarios|empleados|colaboradores|employees|quartos?|dorms?|dormitorios?|suites?|vagas?|banheiros?|"
    r"recamaras?|habitaciones|ambientes|banos?|bedrooms?|beds?|br\b|bhk|baths?|vezes|parcelas|cuotas|x\b|vidas?|"
    r"filhos?|hijos?|kids|children|pacientes|alunos|alumnos|students|veces|times|portas|puertas|doors|lojas|"
    r"tiendas|stores|unidades?|leads?|clientes?|customers?|clients?|mensagens|mensajes|messages|cv|hp|"
    r"cilindradas|cc\b|placas|paneles|panels|minutos?|minutes?|stars?|andar|piso|floor|º|ª|°)(?!\w)"
)
CEILING_WORDS = phrase_pattern(
    (
        "até", "ate", "hasta", "up to", "under", "below", "max", "max.", "maximo", "no maximo", "como maximo",
        "no mas de", "no mais que", "nao mais que", "nao mais de", "menos de", "menor que", "less than",
        "no more than", "not more than", "at most", "abaixo de", "por debajo de", "teto de", "teto", "tope de",
        "tope", "limite de", "limite", "maximum", "maximum of", "nao passa de", "nao passe de", "nao passar de",
        "sin pasar de", "que no pase de", "que no pase los", "sem passar de", "no paso de", "nao passo de",
        "as much as", "cap of", "cap at", "no higher than", "nothing over", "nada acima de", "nao mais do que",
        "a lo mucho", "a lo sumo", "sin pasarme de", "don't want to go over", "not over", "can't go over",
        "nao ultrapasse", "tope maximo", "maximo de", "ceiling of", "ceiling", "como mucho", "a lo mas",
        "maximo ate", "limite e", "ate uns", "inferior a", "hata", "upto",
    )
)  # fmt: skip
NEVER_OVER = (
    r"(?<!\w)(?:nao|n|no|sem|sin|can'?t|cannot|don'?t|not|nunca)\s+(?:\w+\s+){0,3}"
    r"(?:passar|passo|passe|pasar|paso|pase|exceder|exceed|ultrapassar|superar|go|spend|gastar|pagar|subir|"
    r"over|above|"
    r"higher)"
    r"(?:\s+(?:mais|mas|more|over|above|up|past|acima|arriba|por encima|higher))?(?:\s+(?:de|d[oa]s|than|"
    r"del))?(?!\w)"
)
# "o máximo que eu chego é", "the most I can do is"
MOST_IS = (
    r"(?<!\w)(?:max|maximo|maxima|maximum|mas|mais|most|teto|tope|limite|limit)\s+(?:que |q |i |we |eu )?"
    r"(?:[^\W\d]+\s+){0,4}(?:e|eh|es|is|seria|sao|son)(?!\w)"
)
UPPER_BEFORE = re.compile(f"{NEVER_OVER}|{MOST_IS}|{CEILING_WORDS.pattern}")
LOWER_BEFORE = phrase_pattern(
    (
        "a partir de", "a partir dos", "desde", "from", "at least", "no minimo", "minimo", "pelo menos",
        "mais de", "mas de", "acima de", "over", "above", "more than", "starting at", "min", "minimum", "mínimo de",
        "al menos", "por lo menos", "como minimo", "north of", "superior a", "por encima de", "starting from",
        "partindo de", "minimum of", "arriba de",
    )
)  # fmt: skip
UPPER_AFTER = re.compile(
    r"\s*(?:(?:com|con|with|incluindo|incluyendo|including) (?:tudo|todo|everything|condominio|o condominio|"
    r"expensas|gastos|"
    r"iptu|bills|gc|gastos comunes|tudo incluso|todo incluido|bills included)\s*)?(?:(?:por|al|ao|a|per|"
    r"/) ?(?:mes|month|mo|ano|year))?\s*,?\s*(?:(?:e|es|is|as|como)\s+(?:o\s+|el\s+|"
    r"the\s+)?(?:meu |mi |my |nosso |nuestro |our )?(?:teto|limite|maximo|tope|limit|max|ceiling)|no maximo|"
    r"maximo|max|"
    r"como maximo|tops|at (?:the )?most|or less|ou menos|o menos|a lo mucho"
    r"|a lo sumo|maximum|de teto|pra baixo|para baixo|para abajo|and under|or under|tope)(?!\w)"
)
# "450 lucas con expensas es lo máximo que puedo"
UPPER_LATER = re.compile(
    r"[^\d.;!?\n]{0,30}?(?<!\w)(?<!no )(?<!nao )(?<!not )(?:e|es|is|seria|sera|that's|thats|eh)\s+(?:lo |o |"
    r"el |the |meu |mi |my |nuestro |nosso |our )*"
    r"(?:max|maximo|maximum|tope|teto|limite|limit|ceiling|most)(?!\w)"
)
LOWER_AFTER = re.compile(
    r"\s*,?\s*(?:pra cima|para cima|para arriba|pa arriba|and up|or more|ou mais|o mas|no minimo|minimo|plus"
    r"|como minimo|at least|\+)(?!\w)"
)
ROUGHLY = re.compile(r"(?:ou|o|or)\s+(?:um|un|a)?\s*(?:pouco|pouquinho|poco|poquito|little|bit)")
JOINT = re.compile(r"^\s*(?:-|–|—|a|e|y|and|to|ate|hasta|ou|o|or|/)\s*(?:os|as|los|las|uns|unos|an?)?\s*$")
STRETCH = re.compile(
    r"^\s*,?\s*(?:e|y|and|mas|pero|but)?\s*(?:(?:posso|puedo|can|could|podemos|podria|da pra)\s+)?"
    r"(?:chegar|chego|esticar|ir|subir|llegar|llego|estirar\w*|go|stretch)(?:\s+up)?\s+(?:a|ate|hasta|to)\s*(?:uns|"
    r"unos)?\s*$"
)
BOTH_BOUNDS = re.compile(r"^\s*(?:,|e|y|and)?\s*$")
RANGE_OPENING = re.compile(r"(?:entre|between|de|desde|from|dos|das|los|uns|unos)\s*(?:os|as|los|las)?\s*$")
DASH = re.compile(r"^\s*[-–—]\s*$")
YEARS = range(1950, 2041)


@dataclass(frozen=True)
class Amount:
    """One amount with the sign or word that shows it is money, where there is one."""

    value: float
    start: int
    end: int
    scale: float
    marked: bool

    @property
    def explicit(self) -> bool:
        return self.marked or self.scale > 1


def parse(text: str, context: Context, language: str) -> list[Found]:
    """Ranges `{"min", "max"}` in the units of the context's currency; an open end is None."""
    text = clean(text)
    folded = fold(text)
    amounts = _amounts(folded, context.country)
    found: list[Found] = []
    position = 0
    while position < len(amounts):
        pair = amounts[position : position + 2]
        joined = _pair(text, folded, *pair) if len(pair) == 2 else None
        found.append(joined or _single(text, folded, amounts[position]))
        position += 2 if joined else 1
    return found


def _pair(text: str, folded: str, first: Amount, second: Amount) -> Found | None:
    """Two amounts that are one answer: a range, a stretch ("500 mil, chego a 550"), a floor and a ceiling."""
    if _is_range(folded, first, second):
        return _range(text, folded, first, second)
    if STRETCH.match(folded[first.end : second.start]):
        value = second.value * (first.scale if second.scale == 1 and second.value < first.value else 1)
        return _range(text, folded, first, replace(second, value=value))
    low, floor = _bounded(folded, first)
    high, ceiling = _bounded(folded, second)
    if (floor, ceiling) == ("lower", "upper") and BOTH_BOUNDS.match(folded[low.end : high.start]):
        return _range(text, folded, first, second)
    return None


def has_mark(text: str) -> bool:
    """Whether an amount in the text shows by itself that it is money."""
    return any(amount.explicit for amount in _amounts(fold(clean(text)), ""))


def _amounts(folded: str, country: str) -> list[Amount]:
    candidates = [_amount(folded, number) for number in numbers.find(folded, country) if not number.article]
    amounts = [amount for amount in candidates if amount.value > 0]
    return [amount for index, amount in enumerate(amounts) if _is_money(folded, amount, amounts[index + 1 :])]


def _amount(folded: str, number: numbers.Number) -> Amount:
    before = SIGNS.search(folded[max(0, number.start - 6) : number.start])
    after = CURRENCY_WORDS.match(folded, number.end)
    start = number.start - (len(before[0]) if before else 0)
    end = after.end() if after else number.end
    return Amount(number.value, start, end, number.scale, bool(before or after))


def _is_money(folded: str, amount: Amount, later: list[Amount]) -> bool:
    if amount.marked:
        return True
    if OTHER_UNITS.match(folded, amount.end) or folded[amount.end : amount.end + 1].isalpha():
        return False
    if re.search(r"[\w#/.]$", folded[: amount.start]) or re.match(r"[/:]\d", folded[amount.end :]):
        return _opens_range(folded, amount, later)
    return not (amount.scale == 1 and amount.value in YEARS and not _opens_range(folded, amount, later))


def _opens_range(folded: str, amount: Amount, later: list[Amount]) -> bool:
    return bool(later) and later[0].explicit and bool(JOINT.match(folded[amount.end : later[0].start]))


def _is_range(folded: str, low: Amount, high: Amount) -> bool:
    gap = folded[low.end : high.start]
    if not JOINT.match(gap):
        return False
    low_value = _scaled(low, high)
    opened = bool(RANGE_OPENING.search(folded[: low.start])) or bool(DASH.match(gap))
    both_large = gap.strip() in {"a", "ate", "to", "hasta"} and min(low.value, high.value) >= 100
    loosely = both_large or (
        gap.strip() in {"a", "ate", "to", "hasta", "ou", "o", "or", "/"} and (high.explicit or low.explicit)
    )
    return low_value < high.value and (opened or loosely)


def _scaled(low: Amount, high: Amount) -> float:
    """ "300 a 400 mil": the multiplier said once counts for both ends."""
    if low.scale == 1 and high.scale > 1 and low.value * high.scale <= high.value:
        return low.value * high.scale
    return low.value


def _range(text: str, folded: str, low: Amount, high: Amount) -> Found:
    opening = RANGE_OPENING.search(folded[: low.start])
    start = opening.start() if opening else low.start
    value = {"min": _plain(_scaled(low, high)), "max": _plain(high.value)}
    return Found(value, text[start : high.end], start, high.end, low.explicit or high.explicit)


def _single(text: str, folded: str, amount: Amount) -> Found:
    amount, bound = _bounded(folded, amount)
    number = _plain(amount.value)
    value = {
        "min": None if bound == "upper" else number,
        "max": None if bound == "lower" else number,
    }
    return Found(value, text[amount.start : amount.end].strip(), amount.start, amount.end, amount.explicit)


def _bounded(folded: str, amount: Amount) -> tuple[Amount, str]:
    """The amount widened over the words that bound it, and which end they fix."""
    before = folded[max(0, amount.start - 40) : amount.start]
    for side, pattern in (("upper", UPPER_BEFORE), ("lower", LOWER_BEFORE)):
        last = _last_adjacent(pattern, before)
        if last is not None:
            return replace(amount, start=amount.start - (len(before) - last)), side
    for side, after in (("upper", UPPER_AFTER), ("lower", LOWER_AFTER)):
        match = after.match(folded, amount.end)
        if match and not ROUGHLY.match(folded[amount.end :].lstrip(" ,")):
            return replace(amount, end=match.end()), side
    return amount, "upper" if UPPER_LATER.match(folded, amount.end) else ""


FILLERS = re.compile(
    r"^[\s:=]*(?:(?:os|as|los|las|the|uns|unos|unas|umas|cerca de|mais ou menos|mas o menos|about|around|de|e|"
    r"es|seria|of|is|una?s?)\s*)*$"
)


def _last_adjacent(pattern: re.Pattern[str], before: str) -> int | None:
    """Where the bounding words start, if nothing but fillers stands between them and the amount."""
    matches = [match for match in pattern.finditer(before) if FILLERS.match(before[match.end() :])]
    return min((match.start() for match in matches), default=None) if matches else None


def _plain(value: float) -> float | int:
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded
