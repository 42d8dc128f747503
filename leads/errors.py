"""Errors of the domain. `crm.api` turns each into one JSON shape; pages show `detail`."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Fields = Mapping[str, Sequence[str]]


class CrmError(Exception):
    """A refusal that a person can act on. `code` is stable, `detail` is for people."""

    code = "error"
    status_code = 400
    detail: Text = _("This cannot be done.")

    def __init__(self, detail: Text | None = None, fields: Fields | None = None) -> None:
        self.detail = detail or self.detail
        self.fields = fields
        super().__init__(str(self.detail))


class NotAllowedError(CrmError):
    code = "not_allowed"
    status_code = 403
    detail = _("You may not do this.")


class NotFoundError(CrmError):
    code = "not_found"
    status_code = 404
    detail = _("Not found.")


class InvalidError(CrmError):
    code = "invalid"
    status_code = 422
    detail = _("Some of this is not valid.")


class ConflictError(CrmError):
    """Somebody was faster. `current` is the truth to show instead (JSON-ready)."""

    code = "conflict"
    status_code = 409
    detail = _("Somebody changed this a moment ago.")

    def __init__(self, detail: Text | None = None, current: object = None) -> None:
        super().__init__(detail)
        self.current = current
