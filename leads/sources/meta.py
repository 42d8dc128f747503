"""Meta Lead Ads: the webhook names leads, the Graph API has the answers.

Field names and consent boxes as in Meta's guide "Retrieving Leads"; a form's author may rename every
question, so answers are understood like those of any unknown form.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import IsOwed, Knock, SourceKind, with_submission_id
from leads.sources.credentials import hmac_hex, same, same_as_any
from leads.sources.fetching import FetchError, fetch_each, fetch_json, token_of

FIELDS = (
    "id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,platform,is_organic,"
    "field_data,custom_disclaimer_responses"
)
# Too many calls, or trouble on Meta's side: the same request may succeed later.
# From Meta's docs on error handling and rate limits; 80005 is the limit of lead forms
PASSING_CODES = frozenset({1, 2, 4, 17, 32, 341, 613, 80005})
PAGE_SIZE = 100
MAX_PAGES = 50


class MetaLeadAds(SourceKind):
    slug = "meta"
    label = "Meta Lead Ads"
    hint = _(
        "Callback URL: the address. Verify token: yours. Secret: the app secret. Access token: the page token."
    )
    signature_header = "x-hub-signature-256"
    reads_over_http = True

    def is_signed(self, knock: Knock, secret: str) -> bool:
        given = knock.headers[self.signature_header].removeprefix("sha256=")
        return same(given, hmac_hex(secret.encode(), knock.body))

    def answer_challenge(self, query: Mapping[str, Any], source: Source) -> str | None:
        if query.get("hub.mode") != "subscribe" or not source.verify_token:
            return None
        is_right = same_as_any(str(query.get("hub.verify_token", "")), [source.verify_token])
        return str(query.get("hub.challenge", ""))[:500] if is_right else None

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """Leads as the Graph API gives them: one, or the `data` of a page of them."""
        page = tree.get("data", [tree]) if isinstance(tree, dict) else tree
        return [read_lead(lead, source) for lead in _dicts(page)]

    def fetch(self, tree: Any, source: Source, is_owed: IsOwed) -> list[LeadPayload] | None:
        """The answers of every lead that the webhook names. One that is gone for good stops no other."""
        named = {str(value["leadgen_id"]): value for value in _changes(tree) if value.get("leadgen_id")}
        if not named:
            return None
        return fetch_each(
            named,
            lambda leadgen_id, value: read_lead({**_told(value), **_fetch_lead(leadgen_id, source)}, source),
            lambda leadgen_id, _value: is_owed(leadgen_id),
        )


def read_lead(lead: dict[str, Any], source: Source) -> LeadPayload:
    answers = {
        name: value for name, value in lead.items() if name not in ("custom_disclaimer_responses", "id")
    }
    payload = understand_one({"lead": answers}, source.default_country, source.mapping)
    consent = payload.consent | _consent(lead.get("custom_disclaimer_responses"))
    submission = lead.get("id") or lead.get("leadgen_id")
    return replace(with_submission_id(payload, submission), consent=consent)


def form_ids(source: Source) -> Iterator[str]:
    """Of every form of the page."""
    for form in _pages("me/leadgen_forms", {"fields": "id"}, source):
        form_id = str(form.get("id") or "")
        if form_id.isalnum():
            yield form_id


def leads_of_form(source: Source, form_id: str, since: int) -> Iterator[dict[str, Any]]:
    """Every lead of the form made after `since` (Unix time), as the Graph API gives them."""
    newer = [{"field": "time_created", "operator": "GREATER_THAN", "value": since}]
    yield from _pages(f"{form_id}/leads", {"fields": FIELDS, "filtering": json.dumps(newer)}, source)


def _pages(path: str, query: dict[str, str], source: Source) -> Iterator[dict[str, Any]]:
    after = ""
    for _page in range(MAX_PAGES):
        asked = query | {"limit": str(PAGE_SIZE)} | ({"after": after} if after else {})
        answer = _ask(path, asked, source, is_urgent=False)
        yield from _dicts(answer.get("data"))
        after = _next_page(answer.get("paging"))
        if not after:
            return


def _next_page(paging: Any) -> str:
    """The cursor behind this page; '' at the last one, and where nothing sensible is said."""
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, dict) else ""


def _told(value: dict[str, Any]) -> dict[str, Any]:
    """What the webhook itself says. `adgroup_id` is Meta's old name of the ad, and looks like the ad set's."""
    told = {name: one for name, one in value.items() if name != "adgroup_id"}
    return {"ad_id": value.get("adgroup_id")} | told


def _fetch_lead(leadgen_id: str, source: Source) -> dict[str, Any]:
    if not (leadgen_id.isascii() and leadgen_id.isalnum()):
        raise FetchError(str(_("The lead's id is not one of Meta's.")), is_final=True)
    return _ask(leadgen_id, {"fields": FIELDS}, source)


def _ask(path: str, query: Mapping[str, str], source: Source, *, is_urgent: bool = True) -> dict[str, Any]:
    url = f"{settings.META_GRAPH_URL}/{path}"
    token = token_of(source)
    return fetch_json(url, token=token, query=query, passing_codes=PASSING_CODES, is_urgent=is_urgent)


def _changes(tree: Any) -> Iterator[dict[str, Any]]:
    for entry in _dicts(tree.get("entry") if isinstance(tree, dict) else None):
        for change in _dicts(entry.get("changes")):
            if change.get("field") == "leadgen" and isinstance(change.get("value"), dict):
                yield change["value"]


def _dicts(items: Any) -> Iterable[dict[str, Any]]:
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()


def _consent(boxes: Any) -> dict[str, dict[str, object]]:
    """`is_checked` is "1" or ""."""
    return {
        str(box.get("checkbox_key", "consent")): {
            "given": box.get("is_checked") in ("1", 1, True),
            "text": "",
        }
        for box in _dicts(boxes)
    }
