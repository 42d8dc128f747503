"""Jotform: the questions are JSON inside a field of the form."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.bodies import BodyError, read_json
from leads.inference import understand_one
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.base import SourceKind, as_object, with_submission_id


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
