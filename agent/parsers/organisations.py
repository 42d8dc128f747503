"""Names of companies, recognised by what companies call themselves: "Construtora Horizonte", "Halden Ltd"."""

from __future__ import annotations

import re

from agent.parsers.found import Found, clean, fold
from agent.parsers.lexicons import common_words, first_names, word_set

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
    "fincas|estetica|odonto|frigorifico|maderera|carniceria|peluqueria|barberia|floreria|libreria|papeleria|muebleria|"
    "pasteleria|veterinaria|fundacao|fundacion|malharia|serralheria|marcenaria|hamburgueria|cervejaria|vinicola"
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
    "solucoes|soluciones|log|store|brothers|bros|freight|robotics|analytics|insurance|catering|marine|farms|health|"
    "capital"
)
HEAD = re.compile(rf"(?<!\w)(?:{HEADS})(?=\s)")
TAIL = re.compile(rf"(?<=\w)(?:\s+(?:{TAILS})(?!\w)\.?)+")
LEGAL = re.compile(r"(?<=\w)\s+(?:ltda|eireli|sas|srl|inc|llc|ltd|corp|gmbh|plc)(?!\w)\.?")
TOKEN = re.compile(r"[^\s,;:!?()\"]+")
PARTICLES = word_set("particles_organisations")
LONGEST = 4


def parse(text: str) -> list[Found]:
    """Where capitals are used they bound the name; else up to two words that nobody uses every day."""
    text = clean(text)
    folded = fold(text)
    capitals = not text.isupper() and any(letter.isupper() for letter in text)
    found = [_headed(text, folded, match, capitals) for match in HEAD.finditer(folded)]
    tails = TAIL if capitals else LEGAL
    found += [_tailed(text, folded, match, capitals) for match in tails.finditer(folded)]
    names = [item for item in found if item]
    return [item for index, item in enumerate(names) if not any(item.overlaps(o) for o in names[:index])]


def _headed(text: str, folded: str, match: re.Match[str], capitals: bool) -> Found | None:
    if capitals and not text[match.start()].isupper():
        return None
    end = _extent(text, folded, match.end(), capitals)
    if end is None:
        return None
    tail = TAIL.match(folded, end)
    end = tail.end() if tail else end
    return Found(text[match.start() : end], text[match.start() : end], match.start(), end)


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
    return count < 2 and word.isalpha() and word not in common_words()


def _tailed(text: str, folded: str, match: re.Match[str], capitals: bool) -> Found | None:
    """Walks left from "Ltd" over the words of the name."""
    start = None
    for token in reversed(list(TOKEN.finditer(folded, 0, match.start()))):
        if folded[token.end() : start or match.start()].strip():
            break
        letter, word = text[token.start()], token[0]
        named = letter.isupper() if capitals else word not in common_words() and start is None
        if not (named or (word in {"&", "and", "e", "y"} and start is not None)):
            break
        start = token.start()
    if start is None or (capitals and not text[match.start() :].lstrip()[:1].isupper()):
        return None
    if not capitals and folded[start : match.start()].split()[0] in first_names():
        return None
    return Found(text[start : match.end()].rstrip("."), text[start : match.end()], start, match.end())
