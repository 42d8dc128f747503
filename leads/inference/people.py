"""Which field is the person's name, phone and e-mail: from keys, labels, types and the values themselves."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from leads.identity import is_email, parse_email, parse_phone
from leads.inference.fields import Field
from leads.inference.first_names import is_first_name
from leads.inference.words import any_of, only, plain

ENOUGH = 35


@dataclass(frozen=True)
class Pick:
    """A value, and the fields that it was made of (none of them is anybody else's any more)."""

    value: str
    fields: tuple[Field, ...]


NOTHING = Pick("", ())

# Whatever belongs to these is not the person who asks.
_OTHERS = any_of(
    """
    forms?, formularios?, pages?, pagina, landing, campaigns?, campanha, campana, ads?, adset,
    anuncio, adgroup, company, empresa, compania, organi[sz]ation, organizacao, account, business,
    razao social, fantasia, agents?, owner, seller, broker, corretora?, vendedora?, consultora?,
    atendente, agente, asesora?, host, organi[sz]er, assigned, assignee, responsavel pelo
    atendimento, sales ?(?:person|man|rep), captador, indicado por, referred by, indicacao,
    referral, sender app, workflow, zap name, project, projeto, proyecto, event, evento, calendar,
    files?, arquivo, product, produto, producto, item, items, property(?! (?:name|value)), imovel,
    inmueble, empreendimento, development, unit, unidade, plan, plano, curso, course, store, loja,
    tienda, site, website, domain, dominio, list, lista, segment, tags?, variables?, mae, pai,
    madre, padre, mother, father, filh[oa]s?, hij[oa]s?, conjuge, esposa, marido, spouse, partner,
    pet, cachorro, gato, funnel, funil, pipeline, stage, etapa, origin, origem, origen, utm,
    template, theme, browser, device, channel, canal, platform, plataforma, city, cidade, ciudad,
    street, rua, bairro, school, escola, integration, connection, user agent, powered by, server,
    instance, emergency, emergencia, recado, fiador, guarantor, cartao, card, banco, bank, widget,
    section, question name, group name, tracking, hook, webhook, trigger, metadata, meta, seo
    """
)
_PERSON = any_of(
    """
    lead, contact, contato, contacto, client[ea]?, customer, person, pessoa, persona, visitor,
    visitante, prospect, prospecto, buyer, comprador, interessado, interesado, subscriber,
    applicant, candidato, invitee, respondent, attendee, aluno, alumno, student, paciente, patient,
    tenant, inquirer, guest, hospede, member, from, sender, remetente, requester, solicitante,
    proponente
    """
)

_EMAIL = any_of("e ?mail, mail, correo, email address, endereco eletronico, correio")
_EMAIL_NOT_THEIRS = any_of("to, cc, bcc, reply to, recipient, destinatario, notification, support")

_PHONE = any_of(
    """
    phones?, telephone, telefones?, telefonos?, telefonico, tel, fone, celular, cel, mobile, movil,
    cell, cellphone, whats ?app, whats, wpp, wapp, wa id, zap, zapzap, telemovel, msisdn,
    smartphone, contact number, numero (?:de|para|do) (?:contato|contacto|whats
    ?app|celular|telefone|telefono), number to call, call(?: me)?(?: back)?, ligar, llamar, text
    reminder number, sms, numero cel
    """
)
_PHONE_WEAK = any_of(
    """
    contato, contacto, contact, numero, number, nro, whatsapp id, from, como te contactamos
    """
)
_PHONE_BEST = any_of("whats ?app, whats, wpp, zap, wa id")
_PHONE_GOOD = any_of("mobile, celular, cel, movil, cell, cellphone, telemovel")
_PHONE_POOR = any_of(
    """
    landline, fixo, fijo, work, comercial, trabalho, trabajo, home, residencial, secondary,
    secundario, alternativ[oa], outro, other, alternate, 2
    """
)
_NO_PHONE = any_of(
    """
    cpf, cnpj, rg, cep, zip, postal, ids?, ip, date, data, fecha, timestamp, time, hora, at, valor,
    preco, price, precio, amount, budget, orcamento, presupuesto, protocolo, order, pedido, fax,
    score, lat, latitude, lng, lon, longitude, version, hash, token, renda, salario, income,
    nascimento, birth, birthday, dni, curp, rut, nit, documento, document, passport, ssn, matricula,
    codigo, to, destination, destino, code, height, width, country code, ddi, ddd
    """
)
_PHONE_TYPE = any_of(
    """
    tel, phone, phone number, telephone, mobile, input phone number, control phone, telefone,
    whatsapp
    """
)
_EMAIL_TYPE = any_of("e ?mail, input email, control email")
_AREA = only(
    """
    ddd, area, area code, cod(?:igo)? (?:de )?area, prefixo, prefijo, phone area, telefone ddd, ddd
    telefone
    """
)
_NATION = only(
    """
    ddi, country code, cod(?:igo)? (?:do |de )?pais, dial code, calling code, phone country code,
    phone code
    """
)

_FULL_NAME = any_of(
    """
    full ?name, nome completo, nombre completo, nome e sobrenome, nombre y apellidos?, fullname,
    name and surname, first and last name, (?:seu|your|tu|su) (?:full )?(?:nome|name|nombre),
    nomecompleto, como (?:podemos|posso|devemos) (?:te |lhe )?(?:chamar|chamar voce), como (?:te
    llamas|se llama|se chama), como (?:voce )?(?:se chama|gostaria de ser chamado), (?:com )?quem
    (?:falo|fala|estou falando|estamos falando), (?:whats|what is|what s) your name, who are you,
    quien eres, quem e voce, profile name, push name, display name, invitee name, control fullname
    """
)
_NAME = only("names?, nome, nombres?, nomes")
_SOME_NAME = any_of("names?, nome, nombres?")
_FIRST = only(
    """
    first, first ?name, given(?: ?name)?, fname, forename, primeiro nome, primer nombre, nome,
    nombres?, prenome, name first, nome proprio, what is first name
    """
)
_MIDDLE = only("middle, middle ?name, nome do meio, segundo nombre, nome meio")
_LAST = only(
    """
    last, last ?name, surname, family(?: ?name)?, lname, sobrenome, ultimo nome, apellidos?,
    apellido (?:paterno|materno), primer apellido, segundo apellido, second name, name last, sobre
    nome
    """
)
_LOGIN = any_of(
    """
    user ?name, usuario, login, nick ?name, apelido, apodo, handle, social name, screen name
    """
)
_A_NAME = re.compile(r"[^\W\d_][^\d@<>{}\[\]=/\\|#$%^*+~]{0,119}")
_EMPTY = only(
    "anonymous, n a, na, nan, nao informado, nil, no label, none, null, sem nome, test field, undefined, unknown"
)
_MESSENGER_URL = re.compile(r"https?://|www\.", re.IGNORECASE)


def pick_email(fields: Iterable[Field]) -> Pick:
    """The e-mail that most looks like the person's own."""
    best = _best(fields, _email_score)
    return Pick(parse_email(best.line) or "", (best,)) if best else NOTHING


def pick_phone(fields: Sequence[Field], country: str) -> Pick:
    """The phone in E.164; an area code or country code that stands apart is put in front."""
    best = _best(fields, lambda one: _phone_score(one, fields, country))
    if best is None:
        return NOTHING
    parts = _phone_parts(best, fields)
    return Pick(_phone_of(best, parts, country) or "", (best, *parts))


def pick_name(fields: Sequence[Field]) -> Pick:
    """The person's full name; first and last names that stand apart are joined."""
    best = _best(fields, _name_score)
    if best is None:
        return NOTHING
    parts = _name_parts(best, fields)
    return Pick(" ".join(one.line for one in parts), tuple(parts))


def _best(fields: Iterable[Field], score: Callable[[Field], int]) -> Field | None:
    ranked = [
        (score(one), -index, one) for index, one in enumerate(fields) if not isinstance(one.value, bool)
    ]
    top = max(ranked, default=None, key=lambda rank: rank[:2])
    return top[2] if top and top[0] >= ENOUGH else None


def _says(pattern: re.Pattern[str], one: Field) -> bool:
    return any(pattern.search(words) for words in one.words)


def _is_bare(pattern: re.Pattern[str], one: Field) -> bool:
    return any(pattern.match(words) for words in (*one.bare, *one.words))


def _ownership(one: Field) -> int:
    """Below zero where the field speaks of somebody or something else."""
    own = [words for words in one.words if _OTHERS.search(words) and len(words.split()) <= 8]
    near = one.surroundings
    score = -70 if own and not any(_PERSON.search(words) for words in own) else 0
    if _OTHERS.search(near):
        score -= 15 if _PERSON.search(near) else 50
    return score + (8 if _PERSON.search(near) else 0)


def _email_score(one: Field) -> int:
    if "@" not in one.text or len(one.text) > 400 or not parse_email(one.line):
        return 0
    score = 50 if is_email(one.line) else 5
    score += 30 if _says(_EMAIL, one) else 0
    score += 30 if _EMAIL_TYPE.search(plain(one.type)) else 0
    score -= 40 if _says(_EMAIL_NOT_THEIRS, one) else 0
    return score + _ownership(one)


def _phone_score(one: Field, fields: Sequence[Field], country: str) -> int:
    digits = sum(map(str.isdigit, one.line))
    if not 7 <= digits <= 17 or len(one.line) > 45 or "@" in one.line:
        return 0
    is_said = _says(_PHONE, one) or bool(_PHONE_TYPE.search(plain(one.type)))
    if not is_said and (_says(_NO_PHONE, one) or one.line.startswith(("0.", "-"))):
        return 0
    if _phone_of(one, _phone_parts(one, fields) if is_said else [], country, is_lenient=is_said) is None:
        return 0
    return (70 if is_said else _phone_look(one)) + _phone_preference(one) + _ownership(one)


def _phone_look(one: Field) -> int:
    """How much an unlabelled value looks like a phone: signs people write in phones say more than digits."""
    has_signs = one.line.startswith(("+", "(")) or (" " in one.line and "-" in one.line)
    return 40 + (10 if has_signs else 0) + (10 if _says(_PHONE_WEAK, one) else 0)


def _phone_preference(one: Field) -> int:
    score = 8 if _says(_PHONE_BEST, one) else 6 if _says(_PHONE_GOOD, one) else 4
    return score - (8 if _says(_PHONE_POOR, one) else 0) - (60 if _says(any_of("fax"), one) else 0)


def _phone_parts(phone: Field, fields: Sequence[Field]) -> list[Field]:
    beside = [one for one in fields if one is not phone and one.parent == phone.parent]
    nation = [one for one in beside if _is_bare(_NATION, one) and len(one.line) <= 5][:1]
    area = [one for one in beside if _is_bare(_AREA, one) and 1 <= len(one.line) <= 5][:1]
    return nation + area


def _phone_of(phone: Field, parts: Sequence[Field], country: str, *, is_lenient: bool = True) -> str | None:
    """The whole number first where parts stand apart; the field alone where it was whole already."""
    alone = parse_phone(phone.line, country)
    if alone or not parts:
        return alone or parse_phone(phone.line, country, is_lenient=is_lenient)
    joined = "".join(one.line for one in parts) + phone.line
    has_nation = any(_is_bare(_NATION, one) for one in parts)
    return parse_phone(("+" + joined.lstrip("+0")) if has_nation else joined, country)


def _name_score(one: Field) -> int:
    if not _could_be_a_name(one):
        return 0
    if _is_bare(_LAST, one) and not _is_bare(_FIRST, one):
        return 0
    label = _name_label(one)
    if label == 0 and not is_first_name(one.line) and not (_PERSON.search(" ".join(one.words))):
        return 0
    return label + _name_look(one) + _ownership(one)


def _name_label(one: Field) -> int:
    if _says(_LOGIN, one):
        return 15
    if _says(_FULL_NAME, one):
        return 100
    if _is_bare(_NAME, one):
        return 90
    if _is_bare(_FIRST, one):
        return 80
    if _says(_SOME_NAME, one):
        return 55
    person = any(_PERSON.search(words) and len(words.split()) <= 3 for words in one.words)
    return 30 if person else 0


def _name_look(one: Field) -> int:
    words = one.line.split()
    score = 20 if is_first_name(one.line) else 0
    if 2 <= len(words) <= 6 and all(word[:1].isupper() or len(word) <= 3 for word in words):
        score += 18
    return score - (30 if len(words) > 7 else 0)


def _could_be_a_name(one: Field) -> bool:
    text = one.line
    if isinstance(one.value, int | float) or not _A_NAME.fullmatch(text) or _MESSENGER_URL.search(text):
        return False
    return not _EMPTY.match(plain(text)) and not text.endswith("?")


def _name_parts(first: Field, fields: Sequence[Field]) -> list[Field]:
    """The chosen field, then the middle and last names beside it that it does not contain already."""
    parts = [first]
    if any(_FULL_NAME.search(words) for words in first.words):
        return parts
    for pattern in (_MIDDLE, _LAST):
        for one in fields:
            is_beside = one.parent == first.parent and one is not first
            if is_beside and _is_bare(pattern, one) and _could_be_a_name(one):
                parts += [one] if plain(one.line) not in plain(first.line) else []
    return parts
