"""Which field is the person's phone and e-mail: from keys, labels, types and the values themselves."""

import re
from collections.abc import Sequence
from dataclasses import replace

from phonenumbers import PhoneNumberMatcher, country_code_for_region

from leads.identity import (
    display_name,
    is_assigned,
    is_email,
    is_hotline,
    is_mobile,
    is_whatsapp_jid,
    parse_email,
    parse_phone,
)
from leads.inference import vocabulary
from leads.inference.fields import Field
from leads.inference.ranking import NOTHING, Pick, best_of, is_bare, ownership, says
from leads.inference.words import any_of, only, plain

# `99999-9999` shows how to write a number.
_ALL_ALIKE = re.compile(r"(\d)\1{7}$")
# Mailboxes of a business rather than of a person.
_ROLE = re.compile(
    r"(?:mailto:)?(?:admin|atendimento|comercial|contact|contacto|contato|desk|equipe|faleconosco|help|hello|info|"
    r"leads?|marketing|no-?reply|notifications?|office|h?ol[ai]|recepcao|sac|sales|site|suporte|support|team|"
    r"ventas|vendas|webmaster)\d*@",
    re.IGNORECASE,
)

_COMPANY = only("empresas?, company, compania, firma, organi[sz]ation, organizacao, organizacion")


def pick_email(fields: Sequence[Field], country: str) -> Pick:
    """The e-mail that most looks like the person's own.

    A mailbox that a company shares, as in `{empresa_email: "contato@…"}`, would make colleagues one person: it
    counts where they cannot be reached otherwise.
    """
    own = [one for one in fields if not _is_shared(one)]
    best = best_of(own, _email_score)
    if best is None and len(own) < len(fields) and not pick_phone(own, country).value:
        best = best_of(fields, _email_score)
    return Pick(parse_email(best.line) or "", (best,)) if best else NOTHING


def pick_phone(fields: Sequence[Field], country: str, beside: str | None = None) -> Pick:
    """The phone in E.164; an area code or country code that stands apart is put in front.

    `beside`: the parent of the e-mail, where a phone is more likely the same person's.
    """
    best = best_of(fields, lambda one: _phone_score(one, fields, country) + _nearness(one, beside))
    if best is None:
        return NOTHING
    parts = _phone_parts(best, fields)
    return Pick(_phone_of(best, parts, country) or "", (best, *parts))


def pick_company_phone(fields: Sequence[Field], country: str) -> Pick:
    """As if the client's company were the client: `{empresa: {telefone: …}}`."""
    lent = [_out_of_company(one) for one in fields]
    pick = pick_phone(lent, country)
    theirs = {id(copy): one for copy, one in zip(lent, fields, strict=True)}
    return Pick(pick.value, tuple(theirs[id(copy)] for copy in pick.fields))


def _out_of_company(one: Field) -> Field:
    # Not `business` or `account`: those are mostly who receives the lead, the same for everybody
    return replace(one, context=tuple(name for name in one.context if not _COMPANY.fullmatch(plain(name))))


def _is_shared(one: Field) -> bool:
    return says(vocabulary.WORKPLACE, one) and bool(_ROLE.match(parse_email(one.line) or ""))


def _email_score(one: Field) -> int:
    if len(one.text) > 400 or not parse_email(one.line):
        return 0
    score = 50 if is_email(one.line) or display_name(one.line) else 5
    is_inside = any(vocabulary.EMAIL.search(name) for name in one.surroundings[-1:])
    score += 30 if says(vocabulary.EMAIL, one) or is_inside else 0
    score += 5 if is_bare(vocabulary.EMAIL, one) else 0
    score += 30 if vocabulary.EMAIL_TYPE.search(plain(one.type)) else 0
    # Less than a label gives: "contato@…" in the box for e-mail is what somebody wrote
    score -= 15 if _ROLE.match(parse_email(one.line) or "") else 0
    score += 10 if says(vocabulary.REPLY_TO, one) else 0
    # "q***@mail.example" is shown, not sent
    score -= 40 if "**" in one.line else 0
    score -= 40 if says(vocabulary.EMAIL_NOT_THEIRS, one) and not says(vocabulary.REPLY_TO, one) else 0
    return score + ownership(one)


def phone_within(text: str, country: str) -> str | None:
    """The first phone among other words."""
    found = (match.raw_string for match in PhoneNumberMatcher(text[:2_000], country))
    return next((phone for raw in found if (phone := parse_phone(raw, country))), None)


def _nearness(one: Field, beside: str | None) -> int:
    """Never enough to make a phone of what is none."""
    return 10 if beside is not None and one.parent == beside and _says_phone(one) else 0


def _phone_score(one: Field, fields: Sequence[Field], country: str) -> int:
    digits = sum(map(str.isdigit, one.line))
    # 34: two numbers in one box
    if not 7 <= digits <= 34 or len(one.line) > 60 or is_bare(vocabulary.ADDRESSEE, one):
        return 0
    # "5511987654321@c.us" is how WhatsApp's gateways write a number
    if "@" in one.line:
        is_remote = 10 if says(vocabulary.REMOTE, one) else 0
        return 60 + is_remote + ownership(one) if is_whatsapp_jid(one.line) else 0
    is_said = _says_phone(one) or (says(vocabulary.PHONE_WEAK, one) and bool(_phone_parts(one, fields)))
    # "0.75" and "-46.633308" are a score and a longitude, not phones
    if not is_said and (says(vocabulary.NO_PHONE, one) or one.line.startswith(("0.", "-"))):
        return 0
    phone = _phone_of(one, _phone_parts(one, fields) if is_said else [], country, is_lenient=is_said)
    if phone is None:
        return 0
    is_right = is_assigned(phone)
    if not is_said and not is_right:
        return 0  # a time in seconds has as many digits as an old mobile
    look = (70 if is_said else _phone_look(one)) - (
        30 if is_hotline(phone) or _ALL_ALIKE.search(phone) else 0
    )
    # More than a better name of the key gives: a digit is missing, and the whole number may stand beside it
    look -= 0 if is_right and not _is_guess(one.line, phone, country) else 18
    return look + _phone_preference(one) + is_mobile(phone) + ownership(one)


def _is_guess(line: str, phone: str, country: str) -> bool:
    """Read as another country's, which nothing in it says: eleven digits may be an American's, or wrong."""
    is_home = phone.startswith(f"+{country_code_for_region(country)}")
    return not is_home and not line.startswith(("+", "00"))


def _says_phone(one: Field) -> bool:
    """By its name, by its type, or by what it is a part of, as in `{telefone: {numero: …}}`."""
    nearest = one.surroundings[-1:]
    return (
        says(vocabulary.PHONE, one)
        or bool(vocabulary.PHONE_TYPE.search(plain(one.type)))
        or (any(vocabulary.PHONE.search(name) for name in nearest) and not says(vocabulary.NO_PHONE, one))
    )


def _phone_look(one: Field) -> int:
    """How much an unlabelled value looks like a phone: signs people write in phones say more than digits."""
    has_signs = one.line.startswith(("+", "(")) or (" " in one.line and "-" in one.line)
    if not says(vocabulary.PHONE_WEAK, one):
        return 40 + (10 if has_signs else 0)
    # `{customer: {number: …}}` is likelier the customer's than the `phone_number` that was called
    is_persons = any(vocabulary.PERSON.search(name) for name in one.surroundings[-1:])
    return 50 + (10 if has_signs else 0) + (10 if is_persons else 0)


def _phone_preference(one: Field) -> int:
    score = 8 if says(vocabulary.PHONE_BEST, one) else 6 if says(vocabulary.PHONE_GOOD, one) else 4
    return score - (8 if says(vocabulary.PHONE_POOR, one) else 0) - (60 if says(any_of("fax"), one) else 0)


def _phone_parts(phone: Field, fields: Sequence[Field]) -> list[Field]:
    beside = [one for one in fields if one is not phone and one.parent == phone.parent]
    nation = [one for one in beside if is_bare(vocabulary.NATION, one) and len(one.line) <= 5][:1]
    # "+54 9 351": with the country in front
    area = [one for one in beside if is_bare(vocabulary.AREA, one) and 1 <= len(one.line) <= 9][:1]
    return nation + area


def _phone_of(phone: Field, parts: Sequence[Field], country: str, *, is_lenient: bool = True) -> str | None:
    """Joined with its parts where the whole makes a phone; the field alone where it was whole already."""
    joined = "".join(one.line for one in parts) + phone.line
    if any(is_bare(vocabulary.NATION, one) for one in parts):
        whole = parse_phone("+" + joined.lstrip("+0"), country)
        return whole or parse_phone(phone.line, country, is_lenient=is_lenient)
    # Alone first: many send the area code apart and in the number as well
    alone = parse_phone(phone.line, country) or (parse_phone(joined, country) if parts else None)
    alone = alone or (parse_phone(phone.line, country, is_lenient=is_lenient) if not parts else None)
    return alone or (phone_within(phone.line, country) if is_lenient else None)
