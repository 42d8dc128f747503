"""What every kind of source does: check the sender, and turn a body into LeadPayloads."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias

from django.utils.translation import gettext_lazy as _

from leads.cleaning import fitted
from leads.identity import identities_of
from leads.inference import understand
from leads.models import Source
from leads.payload import LeadPayload
from leads.sources.credentials import has_bearer, has_standard_signature

LONGEST_ID = 120
IsOwed: TypeAlias = Callable[[str], bool]
# Of a submission, beside who it is of
WORDS = ("message", "product", "value", "city", "slots", "consent", "attribution")


@dataclass(frozen=True)
class Knock:
    """A request as far as credentials need it. Header names in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class NotASubmissionError(Exception):
    """The body can be read, and nobody's submission is in it: the reason, for people."""


class SourceKind:
    """One kind of sender. Subclasses say how it signs and where it puts the answers.

    `reads_over_http`: the body names submissions, their answers are fetched by the worker.
    `takes_key_in_address`: senders of this kind can set no header, so `?key=<secret>` is accepted.
    """

    slug: ClassVar[str] = ""
    label: ClassVar[Any] = ""
    hint: ClassVar[Any] = _("Send a POST to the address, with the secret as a bearer token.")
    takes_key_in_address: ClassVar[bool] = False
    signature_header: ClassVar[str] = ""
    reads_over_http: ClassVar[bool] = False

    def is_authentic(self, knock: Knock, source: Source) -> bool:
        """The vendor's signature where there is one; else a bearer secret or our own signed form."""
        # A wrong signature is not made good by anything else in the request
        if self.signature_header and self.signature_header in knock.headers:
            return any(self.is_signed(knock, secret) for secret in secrets_of(source))
        return has_bearer(
            knock, secrets_of(source), in_address=self.takes_key_in_address
        ) or has_standard_signature(knock, source)

    def is_signed(self, knock: Knock, secret: str) -> bool:
        """Whether the vendor's own signature is right under `secret`."""
        return False

    def parse(self, tree: Any, source: Source, headers: Mapping[str, str]) -> list[LeadPayload]:
        """The submissions in the body. No network: see `fetch`."""
        return understand(tree, source.default_country, source.mapping)

    def answer_challenge(self, query: Mapping[str, Any], source: Source) -> str | None:
        """What to answer to a GET by which a vendor makes sure of the address; None: nothing."""
        return None

    def fetch(self, tree: Any, source: Source, is_owed: IsOwed) -> list[LeadPayload] | None:
        """Answers that must be asked for, over HTTP with a deadline; None where the body has them.

        `is_owed` is asked before each of them by its submission's id: False for one that was had before. It
        raises where nobody waits for them any longer.
        """
        return None


def as_object(tree: Any) -> dict[str, Any]:
    """The body as one JSON object or form. Raises NotASubmissionError."""
    if not isinstance(tree, dict):
        raise NotASubmissionError(_("This is neither an object nor a form."))
    return tree


def part_of(tree: Any, name: str) -> dict[str, Any]:
    """The part of the body that holds the submission."""
    part = as_object(tree).get(name)
    if not isinstance(part, dict):
        raise NotASubmissionError(_("This has no `%s`.") % name)
    return part


def secrets_of(source: Source) -> list[str]:
    return [secret for secret in (source.secret, source.previous_secret) if secret]


def with_submission_id(payload: LeadPayload, submission: object) -> LeadPayload:
    """The vendor's id of the submission, which no two submissions share."""
    return replace(payload, external_id=fitted(str(submission or ""), LONGEST_ID))


def bound_to_words(payload: LeadPayload) -> LeadPayload:
    """An id that we merely recognised may be some constant: it counts together with the person and what they say.

    So the same once more is no new submission, and somebody who asks for another thing has come again.
    """
    if not payload.external_id:
        return payload
    # Keys, not what is shown: the same person in another spelling is no new submission
    person = "|".join(f"{one.kind}:{one.key}" for one in identities_of(payload))
    # Not what nobody understood: a sender's counter of attempts may be in it
    words = {name: value for name in WORDS if (value := getattr(payload, name))}
    told = f"{person} {json.dumps(words, sort_keys=True, default=str)}" if words else person
    digest = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
    return replace(payload, external_id=f"{fitted(payload.external_id, LONGEST_ID)}:{digest}")
