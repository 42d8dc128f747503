"""Cities, quarters and regions, from the words around them and from the country's own place names."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.brains.protocol import Context
from agent.parsers.found import BLANK, Found, clean, fold, phrase_pattern
from agent.parsers.lexicons import (
    common_words,
    companies,
    famous_places,
    first_names,
    places_anywhere,
    regions,
    towns,
    word_set,
)
from agent.parsers.names import CONTRACTED
from agent.parsers.negation import is_negated

HOME = re.compile(
    r"(?<!\w)(?:moro (?:em|no|na|aqui em)|moramos (?:em|no|na)|sou (?:de|do|da|aqui de)|somos (?:de|do|da)|vivo en|"
    r"vivimos en|soy de|"
    r"somos de|estoy en|estamos en|i live in|we live in|i'?m (?:in|from|based in|located in|near)|we'?re "
    r"(?:in|from|"
    r"based in)|"
    r"based in|located in|living in|fica (?:em|no|na)|queda en|esta en|ubicad[oa] en|cidade[:\s]+(?:de |e )?|"
    r"ciudad[:\s]+(?:de |es )?|"
    r"city[:\s]+(?:of |is )?|bairro[:\s]+(?:do |da |de |e )?|barrio[:\s]+(?:de )?|aqui (?:de|em|no|na)|falo de|"
    r"hablo de|escribo de|"
    r"estou (?:em|no|na)|tô (?:em|no|na)|to (?:em|no|na)|residente (?:en|em)|resido en|regiao d[eoa]|near|around|"
    r"cerca de|cerca del|perto d[eoa]|proximo [ado]+|por la zona de|zona de|sector|por el)\s+"
)
LIVING = re.compile(
    r"(?<!\w)(?:moro|moramos|vivo|vivimos|vivemos|resido|residimos|live|living|based|sou|somos|soy|falo|escribo|hablo|i'?m|"
    r"we'?re|estamos)\s+(?:aqui\s+|over\s+|aca\s+)?(?:em|no|na|en|in|de|do|da|from)\s+"
)
# People work there, saw us there or have an account there; that tells no place.
MERELY_NAMED = re.compile(
    r"(?<!\w)(?:trabalh\w+|trabaj\w+|works?|working|employ\w+|vi|vimos|viu|saw|seen|found|achei|encontrei|encontre|"
    r"tenho|temos|tengo|tenemos|have|member|soci[oa]|fila|conta|cuenta|account|negativad\w+|nome sujo|cpf|estud\w+|"
    r"study\w*|anunci\w+|ad|listing)(?!\w)[^.,;!?\n]*$"
)
# "o jogo do Palmeiras", "conta no Itaú", "a Chase mortgage": the place's name belongs to a team, a bank, an app
GOVERNED = re.compile(
    r"(?<!\w)(?:times?|torced\w+|torc\w+|jogos?|partida|camisa|hinchas?|fan|equipo|partido|match|game|conta|cuenta|"
    r"account|cartao|tarjeta|card|credito|financiamento|mortgage|loan|app|site|pagina|perfil|story|novela|serie|show|"
    r"filme|livro|pelicula|movie)(?: \w+)? (?:d[aeo]s?|del?|n[ao]s?|en|em|with|from|of|at|on|pel[ao]|com|con)"
    r" (?:(?:o|a|el|la|los|las|the) )?$|(?<!\w)(?:my|our|his|her|meu|minha|mi|by|with|com|con)\s+$"
)
# Where one is for an hour: "I'm at Walmart", "tô no Uber", "estoy en el Oxxo"
FOR_NOW = re.compile(r"(?:estou|to|estoy|estamos|i'?m|we'?re) (?:n[oa]|en el|en la|at|on)\s+$")
LEADING = re.compile(
    r"(?<!\w)(?:em|no|na|nos|nas|en|in|de|do|da|por|at|to|pra|para|from|a|outside|inside|afueras de|arredores "
    r"de)\s+(?:el |la |los |las |the )?"
)
AREA_WORDS = (
    r"(?:vila|jardim|jd|parque|pq|praia|centro|zona|setor|asa|alto|bairro|barrio|colonia|col\.?|fracc?\.?|"
    r"fraccionamiento|residencial|"
    r"condominio|villa|playa|ciudad|comuna|urbanizacion|urb\.?|lomas|av\.?|avenida|rua|calle|downtown|north|"
    r"south|east|"
    r"west|"
    r"san|santa|santo|sao|saint|st\.?|fort|mount|lake|port|new|los|las|el|la|nova|nueva|puerto|porto|santiago|"
    r"ciudad|"
    r"municipio|centro)"
)
AREA = re.compile(rf"(?<!\w){AREA_WORDS}\s+\w+")
# "Bauru - SP", "Bauru/SP", "Bauru (SP)"; the letters must be capitals, or "Bauru, eu e ele" had one
STATE = re.compile(r"\s*(?:-|/|,|\()\s*(?:[a-z]{2})(?![\w])\)?")
# "Bauru SP", "Austin TX": without a separator two capitals must be a state's
SPACED_STATE = re.compile(
    r"\s+(?:A[BCKLMPRZ]|B[AC]|C[AEOT]|D[CEF]|ES|F[L]|G[AO]|HI|I[ADLN]|K[SY]|LA|M[ABDEGINOST]|N[BCDEHJLMSTUVY]|"
    r"O[HKNR]|"
    r"P[AEIRB]|QC|QLD|R[IJNORS]|S[CDEKP]|T[NOX]|UT|V[AIT]|VIC|W[AIVY]|NSW)(?!\w)"
)
REGION = re.compile(rf"\s*(?:,|-|/|\(|\s)\s*{phrase_pattern(regions()).pattern}\)?")
OR = re.compile(r"\s+(?:ou|o|or|u)\s+(?:em |en |in |no |na )?")
TOKEN = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*\.?")
FIRST_PARTS = word_set("place_first_words")
# After these a place is one of many things: "carta de Bruno", "falar para Marina"
LOOSE = frozenset({"a", "to", "de", "do", "da", "para", "pra", "from", "por"})
WHERE = frozenset({"em", "en", "in", "no", "na"})
PARTICLES = word_set("particles_places")
NOT_A_PLACE = word_set("not_places")
LONGEST = 5
FEW = 2
# Shorter names of other countries' cities are everyday words somewhere
SHORTEST_ABROAD = 4
# "Ipatinga mg" at the end of a clause; not the two letters that are words: "Austin in", "Palmas to"
LOWER_STATE = re.compile(
    r"\s+(?!(?:to|se|es|am|al|ma|pa|in|or|me|ok|hi|la|de|co|no|na|mi|id|oh|pe)(?!\w))[a-z]{2}\s*(?=[.,;:!?\n]|$)"
)
# Who asks where in the country hears its name and knows no more
OWN_COUNTRY = {
    "BR": {"brasil", "brazil"}, "AR": {"argentina"}, "CO": {"colombia"}, "CL": {"chile"}, "ES": {"espana", "spain"},
    "US": {"usa", "united states", "eua", "estados unidos"}, "GB": {"uk", "england", "united kingdom"},
}  # fmt: skip
# Answers to "which area?" that are no proper names.
DESCRIBED = re.compile(
    r"(?<!\w)(?:"
    r"(?:perto|proximo|cerca|close|near|next|walking distance)\s+(?:(?:from|to|d[aeo]s?|del?|the|my|our|an?|"
    r"uma?|una?|"
    r"meu|minha|mi|al?|ao|la|el|las|los)\s+)*[^\W\d_]{3,}|"
    r"(?:zona|regiao|region|area|lado|parte)\s+(?:sul|norte|leste|oeste|sur|este|central|centro|rural|nobre|"
    r"alta|baixa|"
    r"baja)|"
    r"(?:north|south|east|west|upper|lower)(?:ern)?\s+(?:side|end|part|area)|"
    r"(?:bairro|barrio)\s+(?:nobre|tranquilo|central|residencial|seguro)|"
    r"(?:a\s+)?(?:quiet|safe|central|residential)\s+(?:area|neighbou?rhood|street)|"
    r"downtown|uptown|midtown|city cent(?:er|re)|suburbs?|outskirts|waterfront|beachfront|countryside|"
    r"zones? \d|"
    r"centro(?:\s+(?:da cidade|de la ciudad|historico))?|litoral|afueras|periferia|suburbios?|orla|beira[- ]mar"
    r")(?!\w)"
)


def parse(text: str, context: Context, language: str) -> list[Found]:
    """Places said with a cue or known by name, the most telling first; joined where they touch."""
    text = clean(text)
    folded = fold(text)
    found = [_after_cue(text, folded, match, context, firm=True) for match in HOME.finditer(folded)]
    found += [
        _after_cue(text, folded, match, context, firm=False)
        for match in LEADING.finditer(folded)
        # "a Chase mortgage": to English ears an article
        if not (language == "en" and match[0].strip() == "a")
    ]
    found += _famous(text, folded, context)
    named = [
        place
        for place in found
        if place
        and not is_of_another_kind(folded, place)
        and fold(place.quote) not in OWN_COUNTRY.get(context.country, ())
    ]
    places: list[Found] = []
    # The longest first: "São José dos Campos" and not the "Campos" in it
    for item in sorted(named, key=lambda place: place.start - place.end):
        if not any(item.overlaps(other) for other in places):
            places.append(item)
    return [_with_alternative(text, folded, place, context) for place in _joined(text, places)]


def bare(segment: str, context: Context, pending: bool) -> Found | None:
    """A segment that is nothing but a place; unknown names pass only as the answer to the question."""
    text = clean(segment)
    folded = fold(text)
    start = len(text) - len(text.lstrip(" .,;:-"))
    lead = LEADING.match(folded, start)
    start = lead.end() if lead and _capture(text, folded, lead.end(), context, True) else start
    captured = _capture(text, folded, start, context, trusted=pending)
    if captured is None or is_of_another_kind(folded, captured):
        return None
    rest = re.findall(r"\w+", text[captured.end :].replace(BLANK, " "))
    if rest and not (
        pending and len(rest) <= FEW and is_known(captured.quote, context) and not described(text)
    ):
        return None
    return captured if pending or is_known(captured.quote, context) else None


def is_home(folded: str, place: Found) -> bool:
    """Whether the client says to be there: "two weeks in Portugal, we live in Cardiff"."""
    return any(match.end() == place.start for match in LIVING.finditer(folded[: place.start]))


def described(text: str) -> Found | None:
    """An area in everyday words, for who was just asked where: "downtown please", "perto do metrô"."""
    match = DESCRIBED.search(fold(text))
    if match is None or is_negated(fold(text), match.start(), ""):
        return None
    quote = text[match.start() : match.end()]
    return Found(quote, quote, match.start(), match.end(), explicit=False)


def is_known(name: str, context: Context) -> bool:
    """Whether the country has a place of this name; "City - ST" counts by its first part."""
    plain = _without_state(name).strip(" .")
    return (
        plain in famous_places(context.country)
        or plain in towns(context.country)
        or bool(AREA.match(fold(name)))
    )


def is_famous(name: str, context: Context) -> bool:
    """Whether everybody in the country knows the place."""
    return _without_state(name).strip(" .") in famous_places(context.country)


def _after_cue(text: str, folded: str, match: re.Match[str], context: Context, firm: bool) -> Found | None:
    captured = _capture(text, folded, match.end(), context, trusted=firm)
    if captured is None:
        return None
    typed_as_name = text[captured.start].isupper() and not text.isupper()
    known = is_known(captured.quote, context)
    if firm and not (FOR_NOW.search(match[0]) and not known):
        return captured
    if match[0].split()[0] in LOOSE:
        famous = fold(captured.quote) in famous_places(context.country)
        return captured if famous or (known and typed_as_name) else None
    if known or _is_famous_abroad(captured.quote):
        return captured
    if is_merely_named(folded, captured.start) or (captured.quote.isupper() and not text.isupper()):
        return None
    unsure = typed_as_name or _is_flat_place(text, folded, match, captured)
    return replace(captured, explicit=False) if unsure else None


def is_of_another_kind(folded: str, place: Found) -> bool:
    """A company's name, or the name of something else that is called after a place."""
    return fold(place.quote) in companies() or bool(GOVERNED.search(folded[: place.start]))


def is_merely_named(folded: str, start: int) -> bool:
    """ "vi no Xyz", "I work for Xyz": the clause tells something else than where."""
    return bool(MERELY_NAMED.search(folded[:start]))


def _is_flat_place(text: str, folded: str, match: re.Match[str], captured: Found) -> bool:
    """ "shop for lease in fitzroy", all in one case: an unknown word that ends the clause."""
    flat = text.isupper() or text.islower()
    ends = re.match(r"\s*(?:[.,;:!?\n]|$|q |que |por |for |ate |hasta |up to )", folded[captured.end :])
    words = fold(captured.quote).split()
    unknown = all(len(word) >= SHORTEST_ABROAD and word not in common_words() for word in words)
    return flat and bool(ends) and unknown and match[0].split()[0] in WHERE


def _is_famous_abroad(quote: str) -> bool:
    """ "en palermo" said to a company in another country."""
    return len(quote) >= SHORTEST_ABROAD and fold(quote) in places_anywhere() - first_names() - common_words()


def _capture(text: str, folded: str, start: int, context: Context, trusted: bool) -> Found | None:
    longest = _longest_known(text, folded, start, context)
    if longest and not _goes_on(text, longest):
        return longest
    mixed_case = not (text.isupper() or text.islower())
    end = position = start
    count = 0
    while (match := TOKEN.match(text, position)) and count < LONGEST:
        plain = fold(match[0]).rstrip(".")
        if plain in PARTICLES and count:
            position = _after_space(text, match.end())
            continue
        if _ends(plain, match[0], count, mixed_case and text[start].isupper(), trusted):
            break
        end = match.end()
        count += 1
        position = _after_space(text, end)
        if position == end:
            break
    if not count:
        return None
    return _with_state(text, folded, start, end)


def _goes_on(text: str, known: Found) -> bool:
    """ "Jardim" is a town, but "Jardim América" is the place that was said."""
    following = text[known.end :].lstrip(" ")
    head = AREA.match(f"{fold(known.quote)} x") and " " not in known.quote
    return bool(head) and following[:1].isupper() and not text.isupper()


def _ends(plain: str, word: str, count: int, needs_capital: bool, trusted: bool) -> bool:
    # "it's", "we're": the cue was followed by another sentence
    if "'" in plain and plain.split("'")[0] in CONTRACTED:
        return True
    if plain in NOT_A_PLACE or plain.isdigit() or (len(plain) < 3 and not count):
        return True
    if needs_capital and not count and plain in common_words() and not AREA.match(f"{plain} x"):
        return plain not in FIRST_PARTS
    if needs_capital:
        return not (word[0].isupper() or word[0].isdigit())
    common = plain in common_words() and not (count and AREA.match(f"{plain} x"))
    return (common and not AREA.match(f"{plain} x")) or (count > 0 and plain in first_names())


def _longest_known(text: str, folded: str, start: int, context: Context) -> Found | None:
    """The longest run of up to five words from `start` that the country knows."""
    position = start
    best = None
    for _ in range(LONGEST):
        match = TOKEN.match(folded, position)
        if not match:
            break
        name = folded[start : match.end()].rstrip(".")
        if name not in NOT_A_PLACE and (
            name in famous_places(context.country)
            or (name in towns(context.country) and name not in first_names())
        ):
            best = start + len(name)
        position = _after_space(folded, match.end())
        if position == match.end():
            break
    return _with_state(text, folded, start, best) if best else None


def _famous(text: str, folded: str, context: Context) -> list[Found]:
    """Well-known names need no cue, wherever they stand."""
    found = []
    for match in TOKEN.finditer(folded):
        known = _longest_known(text, folded, match.start(), context)
        if known and _needs_no_cue(known.quote, context):
            found.append(known)
    return found


def _needs_no_cue(quote: str, context: Context) -> bool:
    name = _without_state(quote)
    # "SP", "BH", "RJ" in capitals alone: "sp" and "rj" may be part of anything
    if len(name) <= 3:
        return quote.isupper()
    famous = name in famous_places(context.country)
    ordinary = name in common_words() or name in first_names()
    town = quote[0].isupper() and " " in name and name in towns(context.country)
    return (famous and not ordinary) or (
        town and (name.split()[0] not in first_names() or name.split()[1] in PARTICLES)
    )


def _without_state(quote: str) -> str:
    """ "Caruaru - PE" and "Caruaru PE" are Caruaru, folded."""
    state = re.search(
        rf"{SPACED_STATE.pattern}$", quote.upper() if quote.islower() or LOWER_STATE.search(quote) else quote
    )
    plain = re.split(r"\s*[-/,(]\s*", fold(quote[: state.start()] if state else quote))[0]
    region = re.search(rf"{REGION.pattern}$", plain)
    return plain[: region.start()] if region and region.start() else plain


def _with_state(text: str, folded: str, start: int, end: int) -> Found:
    flat = text.isupper() or text.islower() or bool(LOWER_STATE.match(text, end))
    spaced = SPACED_STATE.match(text.upper() if flat else text, end)
    state = STATE.match(folded, end) or spaced
    suffix = text[end : state.end()] if state else ""
    shouted = text.isupper() and "," in suffix
    region = REGION.match(folded, end)
    if region:
        return Found(text[start : region.end()], text[start : region.end()], start, region.end())
    if state and (suffix.strip(" -/,()").isupper() or (flat and spaced)) and not shouted:
        # The state is a part of the answer: many towns of Brazil and the US share their names
        end = state.end()
    return Found(text[start:end], text[start:end], start, end)


def _joined(text: str, places: list[Found]) -> list[Found]:
    """ "Jardim Europa, Bauru" is one answer."""
    joined: list[Found] = []
    for item in sorted(places, key=lambda place: place.start):
        last = joined[-1] if joined else None
        gap = text[last.end : item.start] if last else ""
        if last and re.fullmatch(
            r"\s*(?:,|-|/|em|en|in|no|na|de|do|da|ou|or|o)?\s*(?:em|en|in|no|na)?\s*", gap, re.I
        ):
            quote = text[last.start : item.end]
            joined[-1] = Found(quote, quote, last.start, item.end)
        else:
            joined.append(item)
    return joined


def _with_alternative(text: str, folded: str, place: Found, context: Context) -> Found:
    """ "Guarujá ou Bertioga" is one answer, too; the second place needs no cue of its own."""
    joint = OR.match(folded, place.end)
    other = _capture(text, folded, joint.end(), context, trusted=False) if joint else None
    if other is None or not is_known(other.quote, context) or is_of_another_kind(folded, other):
        return place
    quote = text[place.start : other.end]
    return replace(place, value=quote, quote=quote, end=other.end)


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position] == " ":
        position += 1
    return position
