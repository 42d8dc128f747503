"""Where a submission came from: UTM and click ids, pages, campaigns; the sender's id; whether it is a test."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit

from leads.cleaning import clean_line
from leads.inference.fields import Field
from leads.inference.people import NOTHING, Pick
from leads.inference.words import only, plain

_UTM = re.compile(r"\butm (source|medium|campaign|content|term|id)$")
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
    "origin": only("source, origem, origen, origin, traffic source, lead source, fonte, fuente, canal"),
}  # fmt: skip
_FORM_ITSELF = only("id, name, title")
_SUBMISSION = only(
    """
    idempotency key, submission ?id, submissionid, leadgen id, lead id, response id, entry id, event
    id, external id, message id, delivery id, webhook id, id do lead, conversion id, form submission
    id, submission uuid, request id, response token
    """
)
_BEST_SUBMISSION = only("idempotency key, submission ?id, leadgen id")
_TEST = only("is test, test, teste, is test lead, test mode, test lead, sandbox")
_TRUE = {True, "1", "true", "yes", "sim", "si"}
_URL = re.compile(r"https?://\S+")
LIMIT = 500


def pick_attribution(fields: Sequence[Field]) -> tuple[dict[str, str], tuple[Field, ...]]:
    """Everything known of the origin, under our names; what a page's address carries counts last."""
    found: dict[str, str] = {}
    used = []
    for one in fields:
        name = None if isinstance(one.value, bool) else _attribution_name(one)
        if name:
            found.setdefault(name, clean_line(one.value, LIMIT))
            used.append(one)
    for one in used:
        for name, value in _from_address(one.line).items():
            found.setdefault(name, value)
    return found, tuple(used)


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
    match = _URL.search(text)
    if not match:
        return {}
    try:
        query = parse_qsl(urlsplit(match[0]).query, max_num_fields=100)
    except ValueError:
        return {}
    found: dict[str, str] = {}
    for key, value in query:
        words = plain(key)
        utm = _UTM.search(words)
        name = f"utm_{utm[1]}" if utm else _CLICK_IDS.get(words)
        if name and value:
            found.setdefault(name, clean_line(value, LIMIT))
    return found


def _named(one: Field, pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(words) for words in one.words)


def _is_true(value: object) -> bool:
    return (value.strip().lower() if isinstance(value, str) else value) in _TRUE
