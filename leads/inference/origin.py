"""Where a submission came from: UTM and click ids, pages, campaigns; the sender's id; whether it is a test."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from leads.cleaning import clean_line
from leads.inference.fields import Field
from leads.inference.ranking import NOTHING, Pick
from leads.inference.words import only, plain

_UTM = re.compile(r"\butm (source|medium|campaign|content|term|id)$")
# By plain words: Google's pages say `gclid`, its lead forms
# `gcl_id`; `ctwa_clid` comes of ads that open WhatsApp
_CLICK_IDS = {
    "gclid": "gclid",
    "gcl id": "gclid",
    "fbclid": "fbclid",
    "msclkid": "msclkid",
    "ttclid": "ttclid",
    "wbraid": "wbraid",
    "gbraid": "gbraid",
    "dclid": "dclid",
    "twclid": "twclid",
    "li fat id": "li_fat_id",
    "ctwa clid": "ctwa_clid",
    "fbp": "fbp",
    "fbc": "fbc",
}
_NAMED = {
    "campaign_id": only("campaign id, id (?:da )?campanha"),
    "campaign_name": only("campaign(?: name)?, campanha, campana, nome (?:da )?campanha"),
    "adset_id": only("ad ?set id, ad ?group id"),
    "adset_name": only("ad ?set(?: name)?, ad ?group(?: name)?"),
    "ad_id": only("ad id, creative id"),
    "ad_name": only("ad(?: name)?, anuncio, nome do anuncio"),
    "form_id": only("form id, formid, id formulario"),
    "form_name": only("form(?: name| title), formname, formtitle, nome do formulario, formulario"),
    "page_id": only("page id"),
    "platform": only("platform, plataforma"),
    "page_url": only(
    """
    page ?ur[li], pageurl, landing(?: page)?(?: url)?, source url, url, page, pagina, pagina url,
    url (?:da )?pagina, page location, location href, uri, origin url, conversion url
    """
),
    "referrer": only("referr?er(?: url)?, http referr?er, document referrer"),
    "origin": only(
    """
    source, origem, origen, origin, traffic source, lead source, fonte, fuente, canal,
    (?:origem|fonte|origen|fuente) (?:d[oe]l? )?lead
    """
),
}  # fmt: skip
# Whoever brought the lead: a partner, an affiliate, the owner of a campaign.
CREATOR = only(
    r"""
    (?:(?:lead|campaign) )?creator(?: (?:id|code|slug|name))?, created by(?: id)?, criado por(?: id)?,
    creado por(?: id)?, (?:id (?:do )?)?criador(?: id)?, (?:id (?:del )?)?creador(?: id)?,
    partner(?: (?:id|code|slug|name))?, (?:(?:id|codigo|nome) (?:do )?)?parceiro(?: id)?,
    (?:codigo )?socio comercial, affiliate(?: (?:id|code))?, (?:codigo (?:do )?)?afiliad[oa](?: id)?,
    referrer (?:id|code), referral (?:id|code), referred by(?: id)?, brought by, trazido por,
    codigo de indicacao, indicado por, (?:campaign|ad account) owner(?: id)?,
    dono da campanha, responsavel pela campanha, embaixador, embajador
    """
)
# Where it is an object, what best names it, best first.
_CREATOR_PARTS = ("id", "code", "codigo", "slug", "username", "name", "nome", "nombre")
# In `{form: {id: …, name: …}}`, which would be anybody's elsewhere
_FORM_ITSELF = only("id, name, title")
_SUBMISSION = only(
    """
    idempotency key, submission ?id, submissionid, leadgen id, lead id, response id, entry id, event
    id, external id, message id, delivery id, webhook id, id do lead, conversion id, form submission
    id, submission uuid, request id, response token
    """
)
# A `lead_id` or `event_id` may be of the sender's customer or event; these are surely of the submission
_BEST_SUBMISSION = only("idempotency key, submission ?id, leadgen id")
_TEST = only("is test, test, teste, is test lead, test mode, test lead, sandbox")
_TRUE = {True, "1", "true", "yes", "sim", "si"}
_URL = re.compile(r"https?://\S+")
LIMIT = 500


def pick_origin(fields: Sequence[Field]) -> dict[str, list[Field]]:
    """The fields that say where somebody came from, by what they say of it, best first."""
    found: dict[str, list[Field]] = {}
    for one in fields:
        # A box that is ticked says nothing of where somebody came from
        name = None if isinstance(one.value, bool) else _attribution_name(one)
        if name:
            found.setdefault(name, []).append(one)
    return found


def attribution_of(named: Mapping[str, Sequence[Field]]) -> dict[str, str]:
    """Under our names; what a page's address carries counts last."""
    found = {name: clean_line(fields[0].value, LIMIT) for name, fields in named.items()}
    for fields in named.values():
        for one in fields:
            found = _from_address(one.line) | found
    return found


def pick_creator(fields: Sequence[Field]) -> Pick:
    """Who brought the lead, as the sender names them; at last from the address of the page."""
    plainly = [one for one in fields if _could_name_somebody(one) and _named(one, CREATOR)]
    inside = [(rank, one) for one in fields if (rank := _creator_part(one)) is not None]
    best = next(iter(plainly), None) or min(inside, default=(0, None), key=lambda part: part[0])[1]
    if best is not None:
        return Pick(best.line[:120], (best,))
    # `…/?creator_id=42`: of a page's address, the parameter alone is named, the field is not
    in_address = (
        value for one in fields for name, value in _query_of(one.line) if CREATOR.match(plain(name))
    )
    return Pick(clean_line(next(in_address, ""), 120), ())


def _creator_part(one: Field) -> int | None:
    """How well a value inside `{creator: {…}}` says who it is; None where it is no such value."""
    key = plain(one.key)
    is_inside = bool(one.context) and bool(CREATOR.match(plain(one.context[-1])))
    return (
        _CREATOR_PARTS.index(key)
        if is_inside and key in _CREATOR_PARTS and _could_name_somebody(one)
        else None
    )


def _could_name_somebody(one: Field) -> bool:
    return not isinstance(one.value, bool) and not _URL.match(one.line) and len(one.line) <= 120


def pick_submission_id(fields: Iterable[Field]) -> Pick:
    """The sender's own id of this submission."""
    named = [one for one in fields if not isinstance(one.value, bool) and _named(one, _SUBMISSION)]
    best = next((one for one in named if _named(one, _BEST_SUBMISSION)), None) or next(iter(named), None)
    return Pick(best.line[:120], (best,)) if best and len(best.line) >= 3 else NOTHING


def says_test(fields: Iterable[Field]) -> bool:
    return any(_named(one, _TEST) and _is_true(one.value) for one in fields)


def _attribution_name(one: Field) -> str | None:
    for words in one.words:
        if match := _UTM.search(words):
            return f"utm_{match[1]}"
        if click_id := next(
            (name for key, name in _CLICK_IDS.items() if f" {words}".endswith(f" {key}")), None
        ):
            return click_id
    if (
        one.context
        and plain(one.context[-1]) in ("form", "formulario")
        and _FORM_ITSELF.match(plain(one.key))
    ):
        return "form_id" if plain(one.key) == "id" else "form_name"
    name = next((name for name, pattern in _NAMED.items() if _named(one, pattern)), None)
    if name == "page_url" and not _URL.match(one.line):
        return None
    return (
        None if name == "origin" and (len(one.line) > 80 or "person" in " ".join(one.surroundings)) else name
    )


def _from_address(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in _query_of(text):
        words = plain(key)
        utm = _UTM.search(words)
        name = f"utm_{utm[1]}" if utm else _CLICK_IDS.get(words)
        if name and value:
            found.setdefault(name, clean_line(value, LIMIT))
    return found


def _query_of(text: str) -> list[tuple[str, str]]:
    match = _URL.search(text)
    if not match:
        return []
    try:
        # `https://[` is no address, and of a hundred parameters nobody wants to know: both are a ValueError
        return parse_qsl(urlsplit(match[0]).query, max_num_fields=100)
    except ValueError:
        return []


def _named(one: Field, pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(words) for words in one.words)


def _is_true(value: object) -> bool:
    return (value.strip().lower() if isinstance(value, str) else value) in _TRUE
