"""Names of companies, recognised by what companies call themselves: "Construtora Horizonte", "Halden Ltd"."""

from __future__ import annotations

import re

from agent.parsers.found import Found, clean, fold
from agent.parsers.lexicons import common_words, first_names, word_set

# What companies begin with in Portuguese and Spanish; English and legal forms come last (`TAILS`)
HEADS = (
    "construtora|metalurgica|transportadora|transportes|industria|industrias|clinica|escola|colegio|imobiliaria|"
    "padaria|"
    "grupo|comercial|distribuidora|escritorio|contabil|contabilidade|consultoria|agencia|loja|lojas|mercado|"
    "supermercado|"
    "supermercados|farmacia|drogaria|restaurante|hotel|pousada|oficina|auto|autopecas|laboratorio|laboratorios|"
    "instituto|"
    "associacao|cooperativa|fazenda|studio|estudio|academia|pet|otica|grafica|textil|confeccoes|moveis|construcoes|"
    "engenharia|tecnologia|solucoes|sistemas|logistica|advocacia|corretora|seguradora|constructora|inmobiliaria|"
    "panaderia|"
    "distribuidoras|ferreteria|muebles|despacho|taller|comercializadora|consultora|bufete|importadora|exportadora|"
    "laboratorio|cafeteria|tienda|tiendas|almacenes|agropecuaria|agro|transporte|servicios|servicos|usina|viveiro|"
    "editora|atelie|brecho|floricultura|lanchonete|pizzaria|barbearia|salao|petshop|doceria|confeitaria|boutique|"
    "fincas|estetica|odonto|frigorifico|maderera|carniceria|peluqueria|barberia|floreria|libreria|papeleria|"
    "muebleria|"
    "pasteleria|veterinaria|fundacao|fundacion|malharia|serralheria|marcenaria|textiles|hamburgueria|cervejaria|vinicola"
)
TAILS = (
    r"ltda|s\.?a\.?|s/a|me|eireli|sas|s\.a\.s|srl|s\.r\.l|s\.? de r\.?l\.?|inc|llc|ltd|limited|corp|corporation|co|"
    r"gmbh|plc|group|labs?|"
    "studios?|software|tech|technologies|solutions|systems|consulting|services|logistics|construction|partners|"
    "holdings|"
    "advogados|engenharia|transportes|alimentos|foods|motors|bakery|clinic|agency|media|digital|realty|roofing|"
    "plumbing|"
    "electric|landscaping|law|dental|manufacturing|industries|tecnologia|sistemas|consultoria|asociados|associados|"
    "associates|"
    "care|cafe|coffee|bar|grill|imoveis|veiculos|automoveis|seguros|modas|calcados|odontologia|fitness|gym|"
    "salon|spa|"
    "academy|college|foundation|trust|garage|tyres|tires|autos|cars|homes|estates|lettings|properties|"
    "builders|joinery|"
    "gardens|kitchens?|pharmacy|vets|veterinary|physio|nursery|cleaning|couriers|haulage|fabrics|furniture|"
    "interiors|"
    "designs?|prints?|graphics|signs|security|energy|solar|travel|tours|hotels?|inn|events?|marketing|"
    "consultores|abogados|"
    "arquitectos|arquitetura|arquitectura|ingenieria|construcciones|construcoes|muebles|moveis|textiles?|"
    "turismo|viajes|"
    "viagens|eventos|producciones|producoes|bebidas|importaciones|exportaciones|logistica|contabilidade|contadores|"
    "inmobiliaria|propiedades|automotriz|repuestos|autopecas|pecas|cosmeticos|estetica|pet|petshop|academia|"
    "idiomas|"
    "solucoes|soluciones|log|store|brothers|bros|freight|robotics|analytics|insurance|catering|marine|farms|health|"
    "capital|chapel|church|ministries|brewery|brewing|bistro|diner|deli|florists?|wines|chocolates"
)
HEAD = re.compile(rf"(?<!\w)(?:{HEADS})(?=\s)")
TAIL = re.compile(rf"(?<=\w)(?:\s+(?:{TAILS})(?!\w)\.?)+")
# "do grupo Verdemar": the kind may be in lower case where a preposition leads to it.
BELONGS_TO = re.compile(r"(?<!\w)(?:d[aeo]|del?|del? la|n[ao]|pel[ao]|el|la|os|as|the|at)\s+$")
KIND = re.compile(
    rf"(?<!\w)(?:uma?|una|an?|nossa?|nuestr[oa]|our|minha|meu|mi|my)\s+(?:\w+\s+){{0,2}}?"
    rf"(?:{HEADS}|empresa|company|business|startup|firm|agency|clinic|shop|store|restaurant|bakery|school|practice)"
    rf"(?:\s+[^\W\d_]+){{0,3}}?\s*"
    rf"(?:(?:,|:|-|\(|(?:chamad[oa]|llamad[oa]|called|named|se chama|se llama))\s*|(?=(?<=\s)(?:e|eh|es|is)\s))"
)
CAPITALS = re.compile(
    r"(?:(?:é|e|eh|es|is)\s+)?(?:(?:a|o|la|el|the)\s+)?"
    r"(?P<name>[A-ZÀ-Þ][\w'&.-]+(?:\s+(?:(?:d[aeo]s?|del?|e|y|and|&|of)\s+)?[A-ZÀ-Þ][\w'&.-]+)*)"
)
# The forms that are no word of everyday, for texts in one case: "sa", "me" and "co" are left out
LEGAL = re.compile(r"(?<=\w)\s+(?:ltda|eireli|sas|srl|inc|llc|ltd|corp|gmbh|plc)(?!\w)\.?")
FLAT = re.compile(
    rf"(?:^|[.,;:!?\n]\s*|(?<!\w)(?:from|with|at|for|called|is|e|es|d[aeo]|n[ao]|en|somos|empresa|company|"
    rf"company's)\s+"
    rf"(?:a |o |la |el |the )?)(?P<words>(?:[^\W\d]+\s+){{1,2}})(?P<tail>(?:{TAILS})(?:\s+(?:{TAILS}))?)"
    r"(?=\s*(?:[.,;:!?\n]|$))"
)
# What companies end in and also sell: in one case no sign of a name.
PRODUCTS = word_set("company_products")
INDEFINITE = re.compile(r"(?<!\w)(?:uma?|una?|an?)\s+$")
DEFINITE = re.compile(r"(?<!\w)(?:a|o|da|do|na|no|la|el|del|the|from|at)\s+$")
ENDS_CLAUSE = re.compile(r"\s+(?P<words>[^\W\d]+(?:\s+[^\W\d]+){0,2})\s*(?:[.,;:!?\n]|$)")
NATIONAL = re.compile(r"[A-Z]\w+(?:an|ish|ese)")
TOKEN = re.compile(r"[^\s,;:!?()\"]+")
PARTICLES = word_set("particles_organisations")
OPENERS = frozenset(
    {"somos", "sou", "soy", "trabalho", "trabajo", "aqui", "from", "at", "e", "es", "we", "my"}
)
LONGEST = 4


def parse(text: str) -> list[Found]:
    """Where capitals are used they bound the name; else up to two words that nobody uses every day."""
    text = clean(text)
    folded = fold(text)
    capitals = not text.isupper() and any(letter.isupper() for letter in text)
    found = [_headed(text, folded, match, capitals) for match in HEAD.finditer(folded)]
    found += [_named_after(text, match) for match in KIND.finditer(folded)]
    tails = TAIL if capitals else LEGAL
    found += [_tailed(text, folded, match, capitals) for match in tails.finditer(folded)]
    found += [] if capitals else [_flat(text, match) for match in FLAT.finditer(folded)]
    names = [item for item in found if item]
    return [item for index, item in enumerate(names) if not any(item.overlaps(o) for o in names[:index])]


def _headed(text: str, folded: str, match: re.Match[str], capitals: bool) -> Found | None:
    if capitals and not text[match.start()].isupper() and not BELONGS_TO.search(folded[: match.start()]):
        return None
    # "trabalho numa construtora grande" names none
    if not capitals and INDEFINITE.search(folded[: match.start()]):
        return None
    whole = None if capitals else _called(text, folded, match)
    if whole:
        return whole
    end = _extent(text, folded, match.end(), capitals)
    if end is None:
        return None
    tail = TAIL.match(folded, end)
    end = tail.end() if tail else end
    return Found(text[match.start() : end], text[match.start() : end], match.start(), end)


def _called(text: str, folded: str, match: re.Match[str]) -> Found | None:
    """ "somos a drogaria bem viver": after an article, up to three words that end the clause."""
    rest = ENDS_CLAUSE.match(folded, match.end())
    if rest is None or not DEFINITE.search(folded[: match.start()]):
        return None
    end = rest.end("words")
    return Found(text[match.start() : end], text[match.start() : end], match.start(), end)


def _named_after(text: str, match: re.Match[str]) -> Found | None:
    """ "é uma clínica veterinária, Amigo Fiel": the kind of business, then its name in capitals."""
    name = CAPITALS.match(text, match.end())
    # "minha clínica, Paula": the person follows, not the clinic's name; "my shop is Canadian" is none either
    if name is None or fold(name["name"].split()[0]) in first_names() or NATIONAL.fullmatch(name["name"]):
        return None
    return Found(name["name"], name["name"], name.start("name"), name.end("name"))


def _extent(text: str, folded: str, start: int, capitals: bool) -> int | None:
    end = None
    position = start
    for count in range(LONGEST):
        match = TOKEN.match(folded, position + len(folded[position:]) - len(folded[position:].lstrip(" ")))
        if match is None:
            break
        word = match[0].rstrip(".")
        if word in PARTICLES:
            position = match.end()
            continue
        if not _belongs(text[match.start()], word, capitals, count):
            break
        end = match.start() + len(word)
        position = match.end()
        if match[0].endswith("."):
            break
    return end


def _belongs(letter: str, word: str, capitals: bool, count: int) -> bool:
    if capitals:
        return letter.isupper() or letter.isdigit()
    # Two words at most where no capitals bound the name: the sentence goes on somewhere
    return count < 2 and word.isalpha() and word not in common_words()


def _flat(text: str, match: re.Match[str]) -> Found | None:
    """ "coastline electrical, we've got…" in one case: unknown words before what companies end in."""
    words = match["words"].split()
    if match["tail"].split()[-1] in PRODUCTS or any(word in common_words() | first_names() for word in words):
        return None
    start, end = match.start("words"), match.end("tail")
    return Found(text[start:end], text[start:end], start, end)


def _tailed(text: str, folded: str, match: re.Match[str], capitals: bool) -> Found | None:
    """Walks left from "Ltd" over the words of the name."""
    start = None
    for token in reversed(list(TOKEN.finditer(folded, 0, match.start()))):
        if folded[token.end() : start or match.start()].strip():
            break
        letter, word = text[token.start()], token[0]
        named = letter.isupper() if capitals else word not in common_words() and start is None
        if capitals and token.start() == 0 and word in OPENERS:
            break
        if not (named or (word in {"&", "and", "e", "y"} and start is not None)):
            break
        start = token.start()
    if start is None or (capitals and not text[match.start() :].lstrip()[:1].isupper()):
        return None
    if not capitals and folded[start : match.start()].split()[0] in first_names():
        return None
    return Found(text[start : match.end()].rstrip("."), text[start : match.end()], start, match.end())
