"""Who somebody is, whatever way they came: phones, e-mails and WhatsApp ids as one set of identities.

An identity has a `key`, the folded form that two spellings of the same person share, and what is
shown. At most one lead holds a key.
"""

import re
from decimal import Decimal
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from leads.cleaning import clean_line
from leads.models import LeadIdentity
from leads.payload import LeadPayload

# At most 64 signs before the @ (RFC 5321 4.5.3.1.1) and 63 in each part behind it
# (RFC 1035 2.3.4); letters with accents as in `josé@` pass, other systems write them
_EMAIL = re.compile(
    r"(?<![\w.+@-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w](?:[\w-]{0,61}[\w])?\.)+[^\W\d_][\w-]{1,62}"
)
_NAMED_EMAIL = re.compile(r"\"?([^<>\"@]{2,200}?)\"?\s*<[^<>@]+@[^<>@]+>")
# Meta's business-scoped user id, for people who hide their number: `BR.1502576394655843`
_WHATSAPP_USER = re.compile(r"([A-Za-z]{2})\.([A-Za-z0-9_.-]{4,100})")
# "(11) 3456-7890 ramal 12", "… ext. 12", "… #12"
_EXTENSION = re.compile(
    r"(?:\b(?:ramal|ext|extension|extensao|int)\b\.?|#)\s*:?\s*\d{1,6}\s*$", re.IGNORECASE
)
# "0xx11 …": Brazilians write xx where the long-distance carrier's code is dialled
_CARRIER = re.compile(r"^\(?0[xX]{2}\)?\s*")
# "(+34) 617 …", "(+5511) 98765-4321"; but "(0051)" may be Brazil's area 51 as well as Peru
_BRACKETED_NATION = re.compile(r"^[(\[]\s*\+\s*(\d{1,6})\s*[)\]]")
# "(+34 617 503 482)"
_ENCLOSED = re.compile(r"^[(\[<]([^()\[\]<>]+)[)\]>]$")
# "wa.me/5511987654321" and "api.whatsapp.com/send?phone=5511987654321"
_WHATSAPP_LINK = re.compile(r"(?:wa\.me/|[?&]phone=)\+?(\d{10,15})")
# Brazil's taxpayer number has eleven digits like a mobile;
# its dots and hyphen tell it apart: "123.456.789-09"
_CPF = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
# How WhatsApp's own network and its gateways write a number; it looks like an e-mail and is none.
_WHATSAPP_JID = re.compile(
    r"(\d{10,15})(?::\d+)?@(?:c\.us|wa\.[\w.-]+|[\w.-]*whatsapp[\w.-]*)", re.IGNORECASE
)
_WHATSAPP_HOST = re.compile(r"@(?:[cg]\.us|lid|broadcast|s\.whatsapp\.net|wa\.gw\.)", re.IGNORECASE)
# How people hide an address from robots, and addresses from a page's address.
_SPELLED_AT = re.compile(r"\s*[\[({]\s*(?:at|arroba)\s*[\])}]\s*|%40", re.IGNORECASE)
_SPELLED_DOT = re.compile(r"\s*[\[({]\s*(?:dot|ponto|punto)\s*[\])}]\s*", re.IGNORECASE)
_HOTLINES = (PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.PREMIUM_RATE)
# A spreadsheet leaves out zeros at the end, and a phone hardly ends in more of them
MOST_ZEROS = 3
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
# "(11) 3456-7890 / (11) 98765-4300", "… ou …", "… y …"
_SEVERAL = re.compile(r"\s*(?:[/,;|]|\b(?:ou|or|e|y|o)\b)\s*")
# Copied from pages, numbers have hyphens and dashes of all lengths (U+2010 to U+2015) and no-break spaces
_SHAPE = re.compile(r"[+(]?\s*[\d(][\d\s().,/\u2010-\u2015\u00a0_-]*")
# "(404) 663-9127" and "404-663-9127": grouped so, it is no number of a country that groups its numbers otherwise and
# has none such; "912 345 6789" may be a Portuguese one with a digit too many
_NORTH_AMERICAN = re.compile(
    r"(?:\([2-9]\d{2}\)[\s.-]*[2-9]\d{2}[\s.-]|[2-9]\d{2}[\s.-]*[2-9]\d{2}[.-])\d{4}"
)
# Numbers whose mobile form exists with and without one extra digit after the country or area code.
# Brazil put a 9 before its mobiles from 2012 to 2016 (Anatel), WhatsApp writes many without
# it still; of the eight digits behind it the first is 6 to 9, a landline's is 2 to 5
_BRAZIL_MOBILE = re.compile(r"\+55([1-9]\d)9?([6-9]\d{7})")
# The 1 behind +52 was for mobiles called from abroad, until 2019; WhatsApp writes it still
_MEXICO_MOBILE = re.compile(r"\+521?(\d{10})")
# From abroad mobiles have a 9 behind +54, at home a 15 before the number
_ARGENTINA_MOBILE = re.compile(r"\+549?(\d{10})")


class Identity(NamedTuple):
    kind: str
    key: str
    shown: str


def identities_of(payload: LeadPayload) -> list[Identity]:
    """Every way to recognise the person, in one order for everybody (locks are taken in it)."""
    found = [
        *phone_identities(payload.phone),
        *email_identities(payload.email),
        *whatsapp_identities(payload.whatsapp_id),
    ]
    return sorted({(one.kind, one.key): one for one in found}.values())


def phone_identities(phone: str | None) -> list[Identity]:
    return [Identity(LeadIdentity.Kind.PHONE, phone_key(phone), phone)] if phone else []


def email_identities(email: str) -> list[Identity]:
    key = email_key(email)
    return [Identity(LeadIdentity.Kind.EMAIL, key, email)] if key else []


def whatsapp_identities(whatsapp_id: str) -> list[Identity]:
    """A business-scoped id (`BR.…`) is an identity of its own; `whatsapp:+55…` is a phone."""
    key = whatsapp_key(whatsapp_id)
    if key:
        return [Identity(LeadIdentity.Kind.WHATSAPP_ID, key, key)]
    digits = "".join(filter(str.isdigit, whatsapp_id))
    return phone_identities(parse_phone(f"+{digits}", "") if digits else None)


def phone_key(phone: str) -> str:
    """The form that all spellings of one E.164 number share. Landlines are left alone."""
    if match := _BRAZIL_MOBILE.fullmatch(phone):
        return f"+55{match[1]}9{match[2]}"
    if match := _MEXICO_MOBILE.fullmatch(phone):
        return f"+52{match[1]}"
    if match := _ARGENTINA_MOBILE.fullmatch(phone):
        return f"+54{match[1]}"
    return phone


def email_key(email: str) -> str:
    """Case folded; dots and tags are left alone, for other mail systems tell them apart."""
    return (parse_email(email) or "").casefold()


def whatsapp_key(whatsapp_id: str) -> str:
    bare = whatsapp_id.removeprefix("whatsapp:").strip()
    match = _WHATSAPP_USER.fullmatch(bare)
    return f"{match[1].upper()}.{match[2]}" if match else ""


def parse_email(text: str) -> str | None:
    """The one e-mail address that `text` holds, in lower case, or None."""
    line = clean_line(text, 400)
    match = _EMAIL.search(line if "@" in line else _SPELLED_AT.sub("@", _SPELLED_DOT.sub(".", line)))
    # No address is longer than 254 signs (erratum 1690 to RFC 3696)
    if match is None or len(match[0]) > 254 or _WHATSAPP_HOST.search(match[0]):
        return None
    return match[0].lower()


def is_email(text: str) -> bool:
    bare = text.strip().removeprefix("mailto:")
    return bool(_EMAIL.fullmatch(bare)) and not _WHATSAPP_JID.fullmatch(bare)


def is_whatsapp_jid(text: str) -> bool:
    return bool(_WHATSAPP_JID.fullmatch(text.strip()))


def display_name(text: str) -> str:
    """The name in `Ana Souza <ana@…>`."""
    match = _NAMED_EMAIL.fullmatch(text.strip())
    return match[1] if match else ""


def parse_phone(text: str, country: str, *, is_lenient: bool = False) -> str | None:
    """E.164, or None where `text` is no phone number of `country` (ISO code) or of any country it names.

    Of several in one text the first mobile, else the first. Lenient: a number of a possible length is
    enough, for a field that says it is a phone.
    """
    line = clean_line(text, 60)
    spoken = [line] if _prepared(line) else _SEVERAL.split(line)
    found = [number for part in spoken if (number := _parse_one(part, country, is_lenient))]
    return next(filter(is_mobile, found), found[0]) if len(found) > 1 else next(iter(found), None)


def is_mobile(phone: str) -> bool:
    """Whether an E.164 number is surely a mobile one; some countries number mobiles like landlines."""
    number = _parsed(phone, "")
    return number is not None and phonenumbers.number_type(number) == PhoneNumberType.MOBILE


def is_assigned(phone: str) -> bool:
    """Whether an E.164 number lies in a range that its country gives out."""
    number = _parsed(phone, "")
    return number is not None and phonenumbers.is_valid_number(number)


def is_hotline(phone: str) -> bool:
    """Whether an E.164 number is one that businesses are called by, such as 0800."""
    number = _parsed(phone, "")
    return number is not None and phonenumbers.number_type(number) in _HOTLINES


def _parse_one(text: str, country: str, is_lenient: bool) -> str | None:
    if is_lenient and _NORTH_AMERICAN.fullmatch(text) and not _parse_one(text, country, False):
        abroad = "+1" + re.sub(r"\D", "", text)
        if is_assigned(abroad):
            return abroad
    for attempt in _readings(text, is_lenient):
        number = _parsed(attempt, country)
        if number is not None and _is_good(number, is_lenient or attempt.startswith("+")):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return None


def _readings(text: str, is_lenient: bool) -> list[str]:
    """The number as written; a long one without a plus may be international."""
    spelled = _prepared(text)
    # "+44 (0)20 7946 0958": the zero is for callers within the country
    digits = "".join(filter(str.isdigit, spelled.replace("(0)", "")))
    if not spelled:
        return []
    if spelled.startswith("+"):
        return [f"+{digits}"]
    return [spelled, f"+{digits}"] if is_lenient and len(digits) >= 11 else [spelled]


def _prepared(text: str) -> str:
    """Without what people and programs write around a number; '' where the rest cannot be one."""
    if link := _WHATSAPP_LINK.search(text) or _WHATSAPP_JID.fullmatch(text):
        return f"+{link[1]}"
    if _SCIENTIFIC.fullmatch(text):  # a spreadsheet was here
        text = _written_out(Decimal(text.replace(",", ".")))
    # `'` keeps a spreadsheet from reckoning with the number,
    # `p:` comes with phones of Meta's forms by way of Zapier
    for prefix in ("'", "whatsapp:", "tel:", "p:"):
        text = text.removeprefix(prefix).strip()
    text = _BRACKETED_NATION.sub(r"+\1 ", _ENCLOSED.sub(r"\1", text).strip())
    text = _CARRIER.sub("0", _EXTENSION.sub("", text).strip()).removesuffix(".0")
    if text.startswith("00"):
        text = f"+{text[2:]}"
    # E.164 has fifteen digits at most; two more for a zero or a carrier's code written before them
    digits = sum(map(str.isdigit, text))
    is_phone_like = 7 <= digits <= 17 and _SHAPE.fullmatch(text) and not _CPF.fullmatch(text)
    return text if is_phone_like else ""


def _written_out(number: Decimal) -> str:
    """'' where digits were rounded away, and not only zeros at the end."""
    _sign, digits, exponent = number.as_tuple()
    is_rounded = isinstance(exponent, int) and exponent > MOST_ZEROS
    return "" if is_rounded or not digits else f"{number:f}"


def _parsed(text: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None


def _is_good(number: PhoneNumber, is_lenient: bool) -> bool:
    if phonenumbers.is_valid_number(number):
        return True
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    # Mobiles without the 9 are no valid numbers any more,
    # and WhatsApp has them; no other length is forgiven here
    if number.country_code == 55:
        return bool(_BRAZIL_MOBILE.fullmatch(e164))
    if number.country_code == 52 and _MEXICO_MOBILE.fullmatch(e164):
        return True
    return is_lenient and phonenumbers.is_possible_number(number)
