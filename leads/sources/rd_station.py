"""RD Station Marketing: the present webhook (`contact`) and the older one (`leads`); consent in `legal_bases`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.inference import understand, understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import NotASubmissionError, SourceKind, with_submission_id


class RdStation(SourceKind):
    slug = "rd_station"
    label = "RD Station Marketing"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        if not isinstance(tree, dict):
            raise NotASubmissionError(_("This is no conversion."))
        if isinstance(tree.get("contact"), dict):
            return [_read_contact(tree, source)]
        listed = tree.get("leads")
        leads = [lead for lead in listed if isinstance(lead, dict)] if isinstance(listed, list) else []
        return [_read_lead(lead, source) for lead in leads] or understand(
            tree, source.default_country, source.mapping
        )


def _read_contact(tree: dict[str, Any], source: Source) -> LeadPayload:
    contact = {name: value for name, value in tree["contact"].items() if name not in ("legal_bases", "uuid")}
    # RD Station's name for the form or page where somebody converted
    said = {"contact": contact, "form_id": tree.get("event_identifier")}
    payload = understand_one(said, source.default_country, source.mapping)
    when = tree.get("event_timestamp") or tree.get("timestamp") or ""
    # The uuid is the contact's over all conversions; with the time it is this one
    submission = _submission_of(tree["contact"].get("uuid"), when)
    consent = payload.consent | _consent(tree["contact"].get("legal_bases"))
    return replace(with_submission_id(payload, submission), consent=consent)


def _read_lead(lead: dict[str, Any], source: Source) -> LeadPayload:
    said = {name: value for name, value in lead.items() if name not in ("id", "uuid", "user", "public_url")}
    payload = understand_one({"lead": said}, source.default_country, source.mapping)
    conversion = lead.get("last_conversion") or lead.get("first_conversion") or {}
    when = conversion.get("created_at", "") if isinstance(conversion, dict) else ""
    return with_submission_id(payload, _submission_of(lead.get("uuid") or lead.get("id"), when))


def _submission_of(contact: Any, when: Any) -> str:
    """ "" where either is missing: two people of one instant must not count as one submission."""
    return f"{contact}@{when}" if contact and when else ""


def _consent(bases: Any) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for base in bases if isinstance(bases, list) else ():
        if isinstance(base, dict):
            text = str(base.get("type", ""))
            found[str(base.get("category", "consent"))] = {
                "given": base.get("status") == "granted",
                "text": text,
            }
    return found
