"""HubSpot: a list of events about contacts, without the contacts; the answers are fetched by id."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import IsOwed, Knock, NotASubmissionError, SourceKind, with_submission_id
from leads.sources.credentials import hmac_base64, is_recent, same
from leads.sources.fetching import FetchError, fetch_each, fetch_json, token_of

PROPERTIES = (
    "firstname,lastname,email,phone,mobilephone,hs_whatsapp_phone_number,city,country,company,message,hs_language,"
    "hs_analytics_source,hs_analytics_first_url,hs_google_click_id,hs_facebook_click_id"
)
_GONE = ("deletion", "privacyDeletion", "merge", "associationChange")
Contact = list[dict[str, Any]]


class HubSpot(SourceKind):
    slug = "hubspot"
    label = "HubSpot"
    hint = _(
        "Target URL: the address. Secret: the client secret. Access token: a private app that may read contacts."
    )
    signature_header = "x-hubspot-signature-v3"
    reads_over_http = True

    def is_signed(self, knock: Knock, secret: str) -> bool:
        """Version 3: method, address, body and time, in milliseconds, at most five minutes old."""
        stamp = knock.headers.get("x-hubspot-request-timestamp", "")
        if not is_recent(stamp, in_milliseconds=True):
            return False
        given = knock.headers[self.signature_header]
        # HubSpot's docs on v3 signatures have characters of the
        # address decoded before it is signed; either way is right
        spellings = {knock.url, unquote(knock.url)}
        signed = [f"{knock.method}{url}".encode() + knock.body + stamp.encode() for url in spellings]
        return sum(same(given, hmac_base64(secret.encode(), message)) for message in signed) > 0

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """What the events themselves say: enough where they carry a changed e-mail or phone."""
        return [
            _payload(_told_properties(events), contact, events, source)
            for contact, events in _contacts(tree).items()
        ]

    def fetch(self, tree: Any, source: Source, is_owed: IsOwed) -> list[LeadPayload] | None:
        """Each contact once, however many events speak of it. Without a token the events must do."""
        contacts = _contacts(tree)
        if not source.access_token and any(map(_told_properties, contacts.values())):
            return None
        return fetch_each(
            contacts,
            lambda contact, events: _payload(_properties(contact, events, source), contact, events, source),
            lambda contact, events: is_owed(_submission_of(contact, events)),
        )


def _contacts(tree: Any) -> dict[str, Contact]:
    found: dict[str, Contact] = {}
    for event in tree if isinstance(tree, list) else [tree]:
        if isinstance(event, dict) and event.get("objectId") and _is_about_contact(event):
            found.setdefault(str(event["objectId"]), []).append(event)
    if not found:
        raise NotASubmissionError(_("There is no new or changed contact in these events."))
    return found


def _is_about_contact(event: dict[str, Any]) -> bool:
    kind = str(event.get("subscriptionType", "contact."))
    return kind.startswith(("contact.", "object.")) and not kind.endswith(_GONE)


def _told_properties(events: Contact) -> dict[str, Any]:
    return {
        str(event["propertyName"]): event.get("propertyValue")
        for event in events
        if event.get("propertyName")
    }


def _properties(contact: str, events: Contact, source: Source) -> dict[str, Any]:
    """As HubSpot has them; of a contact that was deleted or merged since, what the events told."""
    told = _told_properties(events)
    try:
        return _fetch_properties(contact, source) or told
    except FetchError as error:
        if not (error.is_gone and told):
            raise
        return told


def _fetch_properties(contact: str, source: Source) -> dict[str, Any]:
    is_an_id = contact.isascii() and contact.isalnum()
    url = f"{settings.HUBSPOT_API_URL}/crm/v3/objects/contacts/{contact if is_an_id else 0}"
    answer = fetch_json(url, token=token_of(source), query={"properties": PROPERTIES})
    properties = answer.get("properties")
    return properties if isinstance(properties, dict) else {}


def _payload(properties: dict[str, Any], contact: str, events: Contact, source: Source) -> LeadPayload:
    payload = understand_one({"contact": properties}, source.default_country, source.mapping)
    return with_submission_id(payload, _submission_of(contact, events))


def _submission_of(contact: str, events: Contact) -> str:
    """The same events again are the same submission."""
    return f"{contact}@{min(str(event.get('eventId', '')) for event in events)}"
