"""From a flat list of fields to a LeadPayload."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from leads.cleaning import clean_line, clean_text
from leads.identity import display_name, parse_email, parse_phone, whatsapp_key
from leads.inference import consents, facts, names, origin, people, vocabulary
from leads.inference.countries import country_of
from leads.inference.fields import Field
from leads.inference.introductions import introduced_in, name_beside_address
from leads.inference.mapping import ATTRIBUTION, Mapping, mapped
from leads.inference.money import read_money
from leads.inference.office import with_office_told
from leads.inference.paths import told_apart
from leads.inference.ranking import NOTHING, Pick, ownership
from leads.inference.words import any_of, plain
from leads.payload import LeadPayload

EXTRA_TEXT = 5_000
CUT = " […]"
_ADDRESS = re.compile(r"(?:mailto:)?[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SECRET = any_of(
    """
    password, senha, secret, api ?key, google key, access token, auth token, authorization
    """
)


class Understanding(NamedTuple):
    """A payload, and the paths that each of its fields was read from."""

    payload: LeadPayload
    paths: dict[str, list[str]]


def read_fields(fields: Sequence[Field], country: str, mapping: Mapping | None = None) -> LeadPayload:
    return explain_fields(fields, country, mapping).payload


def explain_fields(fields: Sequence[Field], country: str, mapping: Mapping | None = None) -> Understanding:
    """Read each of our fields, most recognisable first; a field that one took is not offered to the next."""
    fields = with_office_told(fields)
    reader = _Reader(fields, country_of(fields, country), mapping or {})
    # The e-mail first: nothing else looks like one, and what stands beside it is likely the same person's
    email = reader.take("email", lambda left: people.pick_email(left, reader.country))
    own = email.fields[0].parent if email.fields else None
    phone = reader.take("phone", lambda left: people.pick_phone(left, reader.country, own))
    whatsapp = reader.take("whatsapp_id", _pick_whatsapp_id)
    creator = reader.take("creator", origin.pick_creator)
    attribution = reader.take_origin()
    submission = reader.take("external_id", origin.pick_submission_id)
    consent = reader.take_consent()
    beside = {one.parent for one in (*email.fields, *phone.fields)}
    name = reader.take("name", lambda left: names.pick_name(left, beside, email.value))
    value = reader.take_value()
    message = reader.take("message", facts.pick_message)
    product = reader.take("product", facts.pick_product)
    city = reader.take("city", lambda left: facts.pick_city(left, beside, name.value))
    language = reader.take("language", facts.pick_language)
    contact = _contact_in(message.value, fields, reader.country)
    called = clean_line(name.value, 200) or _name_among_words(fields, message.value)
    mail = parse_email(email.value) or contact.email
    number = _phone(phone, reader.country) or (None if whatsapp.value else contact.phone)
    if not (number or mail or whatsapp.value) and called:
        # Named, and reached by nothing but their company's phone
        at_work = reader.take("phone", lambda left: people.pick_company_phone(left, reader.country))
        number = _phone(at_work, reader.country)
    payload = LeadPayload(
        name=called,
        phone=number,
        email=mail,
        whatsapp_id=clean_line(whatsapp.value),
        message=clean_text(message.value),
        value=value,
        product=clean_line(product.value, 200),
        city=clean_line(city.value, 120),
        language=clean_line(language.value, 10),
        creator=clean_line(creator.value, 120),
        consent=consent,
        attribution=attribution,
        extra=kept([*reader.left, *_told_more(email.fields, called), *_told_beside(phone.fields)]),
        external_id=clean_line(submission.value, 120),
        is_test=origin.says_test(fields),
    )
    return Understanding(payload, reader.paths)


class _Reader:
    """The fields that nobody has taken yet, and who took which."""

    def __init__(self, fields: Sequence[Field], country: str, mapping: Mapping) -> None:
        self.left = list(fields)
        self.country = country
        self.paths: dict[str, list[str]] = {}
        self._mapping = mapping
        self._mapped = {
            target: pick
            for target in mapping
            if (pick := mapped(target, fields, mapping)) is not None and self._is_usable(target, pick)
        }

    def _is_usable(self, target: str, pick: Pick) -> bool:
        """Whether what the mapping points to is such a fact; where it is none, inference looks elsewhere."""
        # Nobody consented in a box that did not come
        if target == "consent":
            return True
        if target == "phone":
            return _phone(pick, self.country) is not None
        if target == "email":
            return bool(parse_email(pick.value))
        return read_money(pick.value) is not None if target == "value" else bool(pick.value)

    def take(self, target: str, pick_from: Any) -> Pick:
        """By the mapping where it says something of `target`, else by inference among what is left."""
        pick: Pick = self._mapped[target] if target in self._mapped else pick_from(self._free())
        self._use(target, pick.fields)
        return pick

    def take_origin(self) -> dict[str, str]:
        """Each part by the mapping where it came there, else by inference."""
        named: dict[str, Sequence[Field]] = {**origin.pick_origin(self._free())}
        mapped_parts = ((name, self._mapped.get(name, NOTHING).fields) for name in ATTRIBUTION)
        named |= {name: fields for name, fields in mapped_parts if fields}
        for name, fields in named.items():
            self._use(name, fields)
            # One value is kept of each, so one path is what a mapping would say
            self.paths[name] = [fields[0].path]
        return origin.attribution_of(named)

    def take_consent(self) -> dict[str, Any]:
        """What the mapping calls consent alone, or else every box that looks like it."""
        if "consent" in self._mapped:
            boxes = self._mapped["consent"].fields
            consent = consents.consent_in(boxes)
        else:
            consent, boxes = consents.pick_consent(self._free())
        self._use("consent", boxes)
        return consent

    def take_value(self) -> Decimal | None:
        if "value" in self._mapped:
            pick = self._mapped["value"]
            self._use("value", pick.fields)
            return read_money(pick.value) if pick.value else None
        amount, used = facts.pick_value(self._free())
        self._use("value", used)
        return amount

    def _free(self) -> list[Field]:
        """What is left, without the fields that the mapping promised to somebody."""
        promised = {id(one) for pick in self._mapped.values() for one in pick.fields}
        return [one for one in self.left if id(one) not in promised and not one.is_private]

    def _use(self, target: str, used: Iterable[Field]) -> None:
        taken = {id(one) for one in used}
        if taken:
            self.paths[target] = [one.path for one in used]
            self.left = [one for one in self.left if id(one) not in taken]


class _Contact(NamedTuple):
    phone: str | None = None
    email: str = ""


def _contact_in(message: str, fields: Sequence[Field], country: str) -> _Contact:
    """People also write their phone and e-mail into the message, or into words that nobody took for one."""
    if not message:
        return _Contact(_phone_told(fields, country))
    return _Contact(
        people.phone_within(message, country) or _phone_told(fields, country),
        parse_email(message[:400]) or "",
    )


def _phone_told(fields: Iterable[Field], country: str) -> str | None:
    prose = (one for one in fields if isinstance(one.value, str) and " " in one.line and ownership(one) >= 0)
    told = (
        people.phone_within(one.text, country) for one in prose if vocabulary.PHONE.search(plain(one.line))
    )
    return next(filter(None, told), None)


def _name_among_words(fields: Sequence[Field], message: str) -> str:
    """No field is the name: it stands beside an address, or the person introduces themselves."""
    lines = [one.line for one in fields if isinstance(one.value, str) and ownership(one) >= 0]
    beside = (display_name(line) or name_beside_address(line) for line in lines)
    said = (introduced_in(text) for text in (message, *lines))
    return clean_line(next(filter(None, beside), "") or next(filter(None, said), ""), 200)


def _phone(pick: Pick, country: str) -> str | None:
    return parse_phone(pick.value, country, is_lenient=True) if pick.value else None


def _pick_whatsapp_id(fields: Iterable[Field]) -> Pick:
    for one in fields:
        if (
            isinstance(one.value, str)
            and whatsapp_key(one.line)
            and one.line.count(".") == 1
            and "@" not in one.line
        ):
            # "BR.9f2k1", not "Dr.Souza"
            has_digits = any(map(str.isdigit, one.line))
            if has_digits or one.line.startswith("whatsapp:"):
                return Pick(one.line, (one,))
    return NOTHING


def _told_more(addresses: Iterable[Field], name: str) -> Iterator[Field]:
    """`Ana Souza <ana@…>` beside another name: who else is named there must not be lost."""
    for one in addresses:
        words = plain(_ADDRESS.sub(" ", one.line))
        if words and words not in plain(name):
            yield one


def _told_beside(phones: Iterable[Field]) -> list[Field]:
    """`51 99600-0501, ligar depois das 18h`: the number alone is taken."""
    return [one for one in phones if "@" not in one.line and len(_WORD.findall(one.line)) > 1]


def kept(fields: Iterable[Field]) -> dict[str, Any]:
    """What `extra` has of them."""
    return {name: _shown(one) for name, one in told_apart(fields).items()}


def _shown(one: Field) -> Any:
    if any(_SECRET.search(words) for words in one.words):
        # Forms repeat their keys and some ask for passwords: nobody who sees the lead may read them
        return "•••"
    return _cut(clean_text(one.value)) if isinstance(one.value, str) else one.value


def _cut(text: str) -> str:
    """Whoever reads the beginning of a long text is to know that the delivery has more."""
    return text if len(text) <= EXTRA_TEXT else text[: EXTRA_TEXT - len(CUT)].rstrip() + CUT
