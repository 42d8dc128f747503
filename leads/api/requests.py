"""What clients send: shapes and limits. Whether it may be done is for the services to say."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from leads.api.filters import DEFAULT_COUNTRY, user_is
from leads.cleaning import clean_line, clean_text
from leads.identity import parse_phone
from leads.models import Consultant
from leads.payload import LeadPayload

# How senders name the creator, besides our own word.
CREATOR_TOO = ("creatorId", "creator_id")


class LineField(serializers.CharField):
    """One line, without what cannot be stored or seen."""

    def to_internal_value(self, data: Any) -> str:
        return clean_line(super().to_internal_value(data))


class TextField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        return clean_text(super().to_internal_value(data))


class StrictSerializer(serializers.Serializer):
    """Says so where a field is not known, instead of passing over a mistake."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({str(name): [_("This cannot be written.")] for name in unknown})
        return super().to_internal_value(data)


def consultant_named(text: str | None) -> int | None:
    """The id of an active consultant, by id or username."""
    if not text:
        return None
    consultant = Consultant.objects.filter(user_is("user", text), user__is_active=True).first()
    if consultant is None:
        raise serializers.ValidationError(_("There is no such active consultant."))
    return consultant.pk


class LeadChangesRequest(StrictSerializer):
    """Only what is given changes."""

    name = LineField(max_length=200, allow_blank=True, required=False)
    phone = LineField(max_length=40, allow_blank=True, allow_null=True, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    city = LineField(max_length=120, allow_blank=True, required=False)
    product = LineField(max_length=200, allow_blank=True, required=False)
    message = TextField(max_length=20_000, allow_blank=True, required=False)
    language = LineField(max_length=10, allow_blank=True, required=False)
    creator = LineField(max_length=120, allow_blank=True, required=False)
    value = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, allow_null=True, required=False
    )

    def validate_email(self, text: str) -> str:
        # As the webhooks keep it
        return text.lower()

    def validate_phone(self, text: str | None) -> str | None:
        if not text:
            return None
        phone = parse_phone(text, DEFAULT_COUNTRY)
        if phone is None:
            raise serializers.ValidationError(_("This is not a phone number."))
        return phone


class LeadRequest(LeadChangesRequest):
    """A new lead: at least a phone or an e-mail. Names that are not known are kept in `extra`."""

    source = LineField(max_length=50, allow_blank=True, allow_null=True, required=False)
    status = LineField(max_length=40, allow_blank=True, allow_null=True, required=False)
    consultant = LineField(max_length=150, allow_blank=True, allow_null=True, required=False)
    attribution = serializers.DictField(child=LineField(max_length=2000, allow_blank=True), required=False)
    extra = serializers.DictField(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        data = {("creator" if name in CREATOR_TOO else name): value for name, value in data.items()}
        known = {name: value for name, value in data.items() if name in self.fields}
        # As with a webhook: what has no field of its own is kept, not refused
        rest = {name: value for name, value in data.items() if name not in self.fields}
        wanted = super().to_internal_value(known)
        return wanted | {"extra": wanted.get("extra", {}) | rest}

    def validate_consultant(self, text: str | None) -> int | None:
        return consultant_named(text)

    def as_arguments(self) -> dict[str, Any]:
        """What `add_lead` takes."""
        facts = dict(self.validated_data)
        place = {
            "source_slug": facts.pop("source", None) or "",
            "status": facts.pop("status", None) or "",
            "consultant_id": facts.pop("consultant", None),
        }
        return place | {"payload": LeadPayload(**facts)}


class CardField(serializers.UUIDField):
    """Of a number the library makes an id, too: 5 is `00000000-0000-0000-0000-000000000005`."""

    def to_internal_value(self, data: Any) -> UUID:
        if isinstance(data, int):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class MoveRequest(StrictSerializer):
    """`after`, `before`: the neighbours in the column; neither: on top. `expected_status`: as last seen."""

    status = LineField(max_length=40)
    after = CardField(allow_null=True, required=False)
    before = CardField(allow_null=True, required=False)
    expected_status = LineField(max_length=40, allow_null=True, required=False)


class AssignRequest(StrictSerializer):
    """User id or username; nothing: the next in the circle."""

    consultant = LineField(max_length=150, allow_null=True, allow_blank=True, required=False)

    def validate_consultant(self, text: str | None) -> int | None:
        return consultant_named(text)


class NoteRequest(StrictSerializer):
    text = TextField(max_length=5000)


class TokenRequest(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    # A password may begin with a space; one of megabytes would be hashed whole
    password = serializers.CharField(max_length=4096, trim_whitespace=False, write_only=True)
