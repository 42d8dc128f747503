"""The API's description: what every operation may answer beside its own is said once for all."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiResponse

from leads.api.shapes import ErrorShape

REFUSALS = {
    "400": "The request cannot be understood.",
    "401": "Log in.",
    "403": "You may not do this.",
    "404": "There is no such thing, or it is not yours.",
    "405": "This cannot be done here.",
    "409": "Somebody was faster.",
    "413": "Too large.",
    "415": "Neither JSON nor a form.",
    "422": "Some of this is not valid; `fields` says what.",
    "429": "Too many requests.",
}


class Schema(AutoSchema):
    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        refusals = {
            code: self._get_response_for_code(OpenApiResponse(ErrorShape, text), code, direction=direction)
            for code, text in REFUSALS.items()
        }
        # An operation that says more of a status than we do here is right
        return refusals | super()._get_response_bodies(direction)

    def map_parsers(self) -> list[str]:
        """Multipart works too, but nothing here needs it, and daphne answers a broken one by itself."""
        return [kind for kind in super().map_parsers() if kind != "multipart/form-data"]

    def _get_serializer_name(self, *args: Any, **options: Any) -> str:
        """`LeadShape` is a name for us; outside it is a Lead."""
        return super()._get_serializer_name(*args, **options).removesuffix("Shape")
