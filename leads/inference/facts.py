"""What the person wants: message, budget, product, city and language."""

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from leads.identity import is_email
from leads.inference.answers import VALUES
from leads.inference.fields import Field
from leads.inference.money import read_money
from leads.inference.ranking import NOTHING, Pick, is_bare, is_part_of, stands_with_office
from leads.inference.vocabulary import (
    CONTACT_OF_A_THING,
    EMAIL,
    NAME,
    PERSON,
    PHONE,
    SOMEBODY_ELSE,
    WORKPLACE,
)
from leads.inference.words import any_of, plain

_MESSAGE = any_of(
    """
    messages?, msg, msj, nachricht, text, mensagem, mensaje, mensajes, comments?, comentarios?, observac(?:ao|oes),
    observaciones, obs, duvidas?, dudas?, consulta, (?:your|sua|tu|su)
    (?:question|pergunta|pregunta), inquiry, enquiry, descricao, description, descripcion, notes?,
    notas?, details, detalhes, detalles, body, texto, recado, remarks, (?:how|como|en que)
    (?:can|podemos|puedo|posso|te|le) .*, tell us, conte .*, cuentanos, assunto detalhado,
    additional info(?:rmation)?, anything else, necessidade, o que (?:voce )?precisa, your text,
    content
    """
)
_SUBJECT = any_of("subject, assunto, asunto, motivo, reason, tema")
_VALUE = any_of(
    """
    budget, orcamento, presupuesto, value, valor, preco, price, precio, investimento, inversion,
    investment, faixa de preco, price range, ticket, amount, quanto (?:pretende|quer|voce).*, max
    price, cuanto .*, how much .*, vlr, vl, grand total, order total, spend, gastar
    """
)
# Keys of wrapped answers, and prices of what the client does not buy
_COST = any_of("(?:string|raw|field|text) value, lead (?:price|cost|fee)")
_PRODUCT = any_of(
    """
    products?, produtos?, productos?, interesses?, interests?, interes(?:es)?, services?, servicos?,
    servicios?, imovel, imoveis, inmueble, property, empreendimento, modelo, model, vehicle,
    veiculo, vehiculo, carro, car, auto, planos?, plans?, cursos?, courses?, unit, unidade, offer,
    oferta, (?:o )?que (?:voce )?(?:procura|busca|deseja), que (?:buscas|busca|te interesa), looking
    for, interested in, property type, tipo de (?:imovel|inmueble|propiedad), especialidade,
    procedimento, treatment, listing, interessado em, car make
    """
)
_CITY = any_of(
    """
    city, cities, cidade, ciudad, municipio, localidade, localidad, town, location, localizacao,
    ubicacion, onde (?:voce )?(?:mora|reside|vive), donde vives?, where (?:do )?you live, cidade uf, regiao,
    region, poblacion, comuna, distrito, suburb, cid cli(?:ente)?
    """
)
_ADDRESS = any_of(
    """
    street, rua, calle, state, uf, zip, cep, postal code, postcode, neighbou?rhood, bairro, barrio, address, endereco,
    direccion
    """
)
# Where somebody goes, or is received, is not where they live
_ELSEWHERE = any_of(
    """
    destin[oy], destination, events?, eventos?, facility, venue, practice, practitioner, clinic, clinica,
    consultorio, doctor, medic[oa], dealer, loja, tienda, store
    """
)
# A question about taste, whose answer is not where somebody lives
_LIKED = any_of("favou?rites?, favorit[ao]s?, preferid[ao]s?")
# "integrations:google:meet" is how somebody is met
_NO_PLACE = re.compile(r"\w[:_=]\w|[@<>{}]|https?:")
_LANGUAGE = any_of("language, idioma, lang, locale, lingua")
_NOT_WORDS = any_of(
    """
    ids?, ip, url, link, user agent, agent, date, data, time, hora, token, hash, utm, form,
    formulario, page, pagina, campaign, campanha, ad, event type, type, referrer, status, version,
    empresa, company, bio, property name, property value, sid
    """
)
# "https://…", "Mozilla/5.0 …", hashes and ids without a space, "12/2026", "image/png"
_TECHNICAL = re.compile(
    r"^https?://\S+$|^[\w.-]+/\d|^[^\s<]\S{24,}$|^[\d\W_]+$|^whatsapp:|^(?:audio|image|video|text|application)/\w"
    r"|^(?:true|false|null|undefined)$",
    re.IGNORECASE,
)
_LANGUAGES = {"pt": ("pt", "port"), "en": ("en", "ingl"), "es": ("es", "span", "cast")}


def pick_message(fields: Sequence[Field]) -> Pick:
    """What the person wrote, below the subject; without a field of that name, the longest sentence."""
    prose = [one for one in fields if _is_prose(one)]
    # In a talk both sides wrote; where only the office did, that is what there is
    prose = [one for one in prose if not stands_with_office(one)] or prose
    said = [
        one for one in prose if _says(_MESSAGE, one) and not (is_part_of(_CITY, one) or _tells_a_kind(one))
    ]
    subject = [one for one in prose if _says(_SUBJECT, one)][:1]
    if said:
        # `message` before `message of the day`; of two alike, who wrote more meant it
        chosen = min(said, key=lambda one: (_shortest_name(_MESSAGE, one), -len(one.text)))
        return Pick("\n\n".join(one.text for one in (*subject, chosen)), (*subject, chosen))
    long = [one for one in prose if len(one.text) > 40 and " " in one.text]
    if not long:
        return Pick(subject[0].text, tuple(subject)) if subject else NOTHING
    chosen = max(long, key=lambda one: len(one.text))
    return Pick(chosen.text, (chosen,))


def pick_value(fields: Iterable[Field]) -> tuple[Decimal | None, tuple[Field, ...]]:
    for one in fields:
        if _is_amount(one):
            amount = read_money(one.value if isinstance(one.value, int | float) else one.line)
            if amount is not None and amount > 0:
                return amount, (one,)
    return None, ()


def _is_amount(one: Field) -> bool:
    if isinstance(one.value, bool) or not _says(_VALUE, one) or _says(_NOT_WORDS, one):
        return False
    # "+56 9 …" is a phone; what an affiliate is given, or the lead itself costs, is not what the client spends
    return not (one.line.startswith("+") or _says(_COST, one) or _is_anothers(one.surroundings))


def pick_product(fields: Iterable[Field]) -> Pick:
    # "Cidade do imóvel" asks for a city, and `listing_state` is a part of where it stands
    others = (_CITY, _ADDRESS, CONTACT_OF_A_THING)
    about = (one for one in fields if not any(_says(other, one) for other in others))
    return _first(about, _PRODUCT, limit=200)


def pick_city(fields: Collection[Field], beside: Collection[str], name: str) -> Pick:
    """`beside`: the parents of the contacts of the person, who is called `name`."""
    of_places = _named_places(fields, name)
    places = (one for one in fields if one.parent not in of_places and not _NO_PLACE.search(one.line))
    own = (one for one in places if not (_says(_LIKED, one) or _is_elsewhere(one, beside)))
    return _first(own, _CITY, limit=120)


def _named_places(fields: Iterable[Field], name: str) -> set[str]:
    """`address: {name: "North branch", city: …}`: where somebody else is, or is to receive a present."""
    own = plain(name)
    named = (one for one in fields if is_bare(NAME, one) and plain(one.line) not in own)
    return {one.parent for one in named if any(_ADDRESS.search(around) for around in one.surroundings[-1:])}


def pick_language(fields: Iterable[Field]) -> Pick:
    """`pt`, `en` or `es`, where a field says so."""
    for one in fields:
        if _says(_LANGUAGE, one) and isinstance(one.value, str):
            code = next(
                (code for code, starts in _LANGUAGES.items() if plain(one.line).startswith(starts)), ""
            )
            if code:
                return Pick(code, (one,))
    return NOTHING


def _is_elsewhere(one: Field, beside: Collection[str]) -> bool:
    """An `event` that has the person's phone in it is what happened, no place to go to."""
    around = () if one.parent in beside else one.surroundings
    is_there = _says(_ELSEWHERE, one) or any(_ELSEWHERE.search(name) for name in around[-1:])
    return is_there or _is_anothers(around)


def _is_anothers(around: Sequence[str]) -> bool:
    """Where the dealer is, says `{dealer: {location: {town: …}}}`; a client's company is where the client is."""
    for name in around[::-1]:
        if PERSON.search(name) or WORKPLACE.search(name) or _PRODUCT.search(name):
            return False
        if SOMEBODY_ELSE.search(name):
            return True
    return False


def _first(fields: Iterable[Field], pattern: re.Pattern[str], limit: int) -> Pick:
    """The field of that name; among several, the one whose name says least else."""
    named = [
        (_shortest_name(pattern, one), index, one)
        for index, one in enumerate(fields)
        if _is_prose(one)
        and len(one.line) <= limit
        and (_says(pattern, one) or is_part_of(pattern, one))
        and not _says(_NOT_WORDS, one)
    ]
    best = min(named, default=None, key=lambda rank: rank[:2])
    return Pick(best[2].line, (best[2],)) if best else NOTHING


def _shortest_name(pattern: re.Pattern[str], one: Field) -> int:
    return min((len(words) for words in one.words if pattern.search(words)), default=len(one.path))


def _tells_a_kind(one: Field) -> bool:
    """`phones: [{description: "MOBILE", number: …}]`"""
    return any(PHONE.search(name) or EMAIL.search(name) for name in one.surroundings[-1:])


def _says(pattern: re.Pattern[str], one: Field) -> bool:
    # `{label: "Job title", …: {text answer: …}}`: the key of the wrapping says nothing that the question does not
    asked = one.words[1:] if one.labels and one.words[0] in VALUES else one.words
    return any(pattern.search(words) for words in asked)


def _is_prose(one: Field) -> bool:
    """Words for people; not a number, an address of a page, an id or a program's name."""
    if not isinstance(one.value, str) or _TECHNICAL.search(one.line) or is_email(one.line):
        return False
    # "data" by itself is a program's; "Para que data quer a visita?" is a question to people
    return not any(_NOT_WORDS.search(words) and len(words.split()) <= 3 for words in one.words)
