"""The words around a place: what leads to one, what belongs to something else, areas without a proper name."""

from __future__ import annotations

import re

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
    r" (?:(?:o|a|el|la|los|las|the) )?$|(?<!\w)(?:my|our|his|her|meu|minha|mi|(?<!over )by|with|com|con)\s+$"
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
OR = re.compile(r"\s+(?:ou|o|or|u)\s+(?:em |en |in |no |na )?")
# After these a place is one of many things: "carta de Bruno", "falar para Marina"
LOOSE = frozenset({"a", "to", "de", "do", "da", "para", "pra", "from", "por"})
WHERE = frozenset({"em", "en", "in", "no", "na"})
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
