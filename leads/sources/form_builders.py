"""Form builders whose answers anybody can read: they differ in how they sign and name a submission."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.bodies import BodyError, read_json
from leads.inference import understand, understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import (
    Knock,
    NotASubmissionError,
    SourceKind,
    as_object,
    bound_to_words,
    with_submission_id,
)
from leads.sources.credentials import hmac_base64, hmac_hex, is_recent, same


class Tally(SourceKind):
    slug = "tally"
    label = "Tally"
    hint = _("Endpoint URL: the address. Signing secret: the secret.")
    signature_header = "tally-signature"

    def is_signed(self, knock: Knock, secret: str) -> bool:
        return same(knock.headers[self.signature_header], hmac_base64(secret.encode(), knock.body))

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        data = _part(tree, "data")
        # Tally's own: left in, one of them may be read as an answer
        ids = ("responseId", "submissionId", "respondentId", "createdAt")
        said = {name: value for name, value in data.items() if name not in ids}
        payload = understand_one({"data": said}, source.default_country, source.mapping)
        return [with_submission_id(payload, data.get("responseId") or tree.get("eventId"))]


class Webflow(SourceKind):
    slug = "webflow"
    label = "Webflow"
    hint = _("Webhook of form submissions to the address; its signing key is the secret.")
    signature_header = "x-webflow-signature"

    def is_signed(self, knock: Knock, secret: str) -> bool:
        """Over `time:body`; the time in milliseconds."""
        stamp = knock.headers.get("x-webflow-timestamp", "")
        if not is_recent(stamp, in_milliseconds=True):
            return False
        return same(
            knock.headers[self.signature_header], hmac_hex(secret.encode(), f"{stamp}:".encode() + knock.body)
        )

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """Labels are the keys of `data`."""
        payload = _part(tree, "payload")
        # `name` is the form's: called so, it is not taken for the person's
        form = {"form_name": payload.get("name"), "form_id": payload.get("formId")}
        said = {"payload": form | {"data": payload.get("data")}}
        read = understand_one(said, source.default_country, source.mapping)
        return [with_submission_id(read, payload.get("id"))]


class Calendly(SourceKind):
    slug = "calendly"
    label = "Calendly"
    hint = _("Webhook subscription for invitee.created; its signing key is the secret.")
    signature_header = "calendly-webhook-signature"

    def is_signed(self, knock: Knock, secret: str) -> bool:
        """`t=…,v1=…` over `t.body`."""
        parts = dict(
            part.strip().partition("=")[::2] for part in knock.headers[self.signature_header].split(",")
        )
        stamp = parts.get("t", "")
        signed = f"{stamp}.".encode() + knock.body
        return is_recent(stamp) and same(parts.get("v1", ""), hmac_hex(secret.encode(), signed))

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """A person who booked. Rescheduling books again; a cancellation alone makes no lead."""
        payload = _part(tree, "payload")
        if tree.get("event", "invitee.created") != "invitee.created":
            raise NotASubmissionError(_("Nobody booked anything in this event."))
        # Its `event_memberships` are those who are visited: no name or e-mail of theirs may become the lead's
        event = payload.get("scheduled_event")
        said = {name: value for name, value in payload.items() if name not in ("scheduled_event", "uri")}
        said["scheduled"] = (
            {key: event[key] for key in ("name", "start_time") if key in event}
            if isinstance(event, dict)
            else {}
        )
        read = understand_one({"payload": said}, source.default_country, source.mapping)
        return [with_submission_id(read, payload.get("uri"))]


class Jotform(SourceKind):
    slug = "jotform"
    label = "Jotform"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """The questions stand in `rawRequest`, JSON inside the form, under keys such as `q3_nome`."""
        form = as_object(tree)
        said = {
            "form_id": form.get("formID"),
            "form_name": form.get("formTitle"),
            "rawRequest": _raw_request(form),
        }
        read = understand_one(said, source.default_country, source.mapping)
        return [with_submission_id(read, form.get("submissionID"))]


class Elementor(SourceKind):
    """Both shapes: labels as keys, or, with advanced data on, `fields[id][type|title|value]`."""

    slug = "elementor"
    label = "Elementor"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True


class ContactForm7(SourceKind):
    slug = "contact_form_7"
    label = "Contact Form 7"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """Names are whatever the author typed; those that begin with `_` are the plugin's own."""
        said = {name: value for name, value in as_object(tree).items() if not name.startswith("_")}
        return understand(said, source.default_country, source.mapping)


class GravityForms(SourceKind):
    """Field ids are numbers; the parts of a name are `1.3` and `1.6`."""

    slug = "gravity_forms"
    label = "Gravity Forms"
    hint = _("Webhook URL: the address with ?key= and the secret.")
    takes_key_in_address = True

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        entry = as_object(as_object(tree).get("entry", tree))
        said = {
            name: value for name, value in entry.items() if name not in ("id", "entry_id", "user_agent", "ip")
        }
        read = understand_one(said, source.default_country, source.mapping)
        number = entry.get("id") or entry.get("entry_id")
        return [
            bound_to_words(with_submission_id(read, f"{entry.get('form_id', '')}/{number}" if number else ""))
        ]


def _part(tree: Any, name: str) -> dict[str, Any]:
    """The part of the body that holds the submission."""
    part = as_object(tree).get(name)
    if not isinstance(part, dict):
        raise NotASubmissionError(_("This has no `%s`.") % name)
    return part


def _raw_request(tree: dict[str, Any]) -> dict[str, Any]:
    raw = tree.get("rawRequest")
    if raw is None:
        return {
            name: value for name, value in tree.items() if name not in ("submissionID", "formID", "formTitle")
        }
    try:
        request = read_json(raw) if isinstance(raw, str) else raw
    except BodyError:
        return {"pretty": tree.get("pretty")}
    answers: dict[str, Any] = request if isinstance(request, dict) else {}
    # `q3_nomeCompleto` is an answer; `slug`, `path`, `event_id` beside it are Jotform's own
    questions = {name: value for name, value in answers.items() if name[:1] == "q" and name[1:2].isdigit()}
    return questions or answers
