"""The three ways in which a call to a provider fails: surely not, not now, and nobody knows."""

import requests
from requests.exceptions import ConnectTimeout
from urllib3.exceptions import MaxRetryError, NewConnectionError


class SendError(Exception):
    """Not accepted, as far as we know. `code`: the provider's, or ''."""

    def __init__(self, code: str = "", detail: str = "") -> None:
        self.code = code
        super().__init__(detail or code)


class RefusedError(SendError):
    """The provider said no; the same again would be refused again."""


class NotAcceptedError(SendError):
    """The provider has not processed it; trying later is safe."""


class OutcomeUnknownError(SendError):
    """The provider may have accepted it. Sending again could say it twice."""


def never_connected(error: requests.RequestException) -> bool:
    """True only where no byte of the request can have left."""
    # Not ReadTimeout: then the request has left, and the answer alone is missing
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    # A name that does not resolve is one of these, too (urllib3's NameResolutionError); a broken TLS is not
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
