"""The REST calls to Twilio, each ending in one of three ways: accepted, surely not, or unknown.

The library has no timeout of its own and cannot be pointed at another host; both are mended here.
Nothing is retried here: a POST that is sent twice is a message that arrives twice.
"""

import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from whatsapp import calls
from whatsapp.accounts import Account
from whatsapp.listings import ListedContent, SentMessage, WebhookSetup, content_of, messages_of
from whatsapp.refusals import TRY_LATER
from whatsapp.send_errors import (
    NotAcceptedError,
    OutcomeUnknownError,
    RefusedError,
    SendError,
    never_connected,
)

TYPING_TIMEOUT_SECONDS = 1
PATIENCE = 2  # timeouts, from the first byte to the last: to connect, and to be answered
# A call more for each template's approval: 500 slow ones would hold a worker for more than an hour
LISTING_SECONDS = 60
CONTENTS_PAGE, MOST_CONTENTS = 100, 500
MOST_SENDERS, MOST_SERVICES, MOST_FILES = 200, 20, 30
TWILIO_API = "https://api.twilio.com"


class Wire(TwilioHttpClient):
    """Sends where the account lives and sorts failures before the library can blur them."""

    def __init__(self, base_url: str, timeout: float) -> None:
        # The library's own session would keep connections, and a kept one that died looks like a lost answer
        super().__init__(pool_connections=False, timeout=timeout)
        self.base_url, self.session, self.seconds = base_url, calls.session(), timeout * PATIENCE

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        try:
            with calls.over_within(self.seconds):
                response = super().request(method, self._rewritten(url), *args, **options)
        except requests.RequestException as error:
            if never_connected(error):
                raise NotAcceptedError(detail="Twilio cannot be reached") from error
            raise OutcomeUnknownError(detail=type(error).__name__) from error
        # Not processed, and safe to send again (Twilio's docs on error 20429)
        if response.status_code == requests.codes.too_many_requests:
            raise NotAcceptedError("429", "Twilio asks to slow down")
        # Twilio may have taken the message before it failed; the client would read it twice
        if response.status_code >= requests.codes.server_error:
            raise OutcomeUnknownError(str(response.status_code), "Twilio failed")
        return response

    def _rewritten(self, url: str) -> str:
        if not self.base_url:
            return url
        parts = urlsplit(url)
        # The host goes: the library names api., content. and messaging., which the simulator serves as one
        return self.base_url + parts.path + (f"?{parts.query}" if parts.query else "")


def create_message(
    account: Account, *, sender: str, recipient: str, callback_url: str, **content: str | list[str]
) -> str:
    """Send one message; Twilio's id of it. Raises a SendError.

    `content`: `body` and `media_url` [one], or `content_sid` and `content_variables`.
    """
    try:
        created = _client(account).messages.create(
            from_=sender, to=recipient, status_callback=callback_url, **content
        )
        sid = created.sid
    # Before TwilioException, the parent of both: an answer with an error code is a no, not a doubt
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refusal(error) from error
    except (TwilioException, ValueError, TypeError, AttributeError) as error:
        # 201 with a body that is no message: it may have been sent.
        raise OutcomeUnknownError(detail=type(error).__name__) from error
    if not isinstance(sid, str) or not sid:
        raise OutcomeUnknownError(detail="no message id")
    return sid


def list_messages(
    account: Account,
    *,
    sender: str | None = None,
    recipient: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
) -> list[SentMessage]:
    """What Twilio has on record, newest first. Raises a SendError where it cannot be asked.

    Twilio compares `since` and `until` with the time of sending, which what is still queued there has not.
    """
    filters = {"from_": sender, "to": recipient, "date_sent_after": since, "date_sent_before": until}
    given = {name: value for name, value in filters.items() if value}
    try:
        return list(
            # Twilio gives 50 a page unless asked, and 1,000 at most (Twilio's docs on paging)
            messages_of(_client(account).messages.stream(limit=limit, page_size=min(limit, 1000), **given))
        )
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refusal(error) from error
    except (TwilioException, ValueError, TypeError, AttributeError, KeyError) as error:
        raise OutcomeUnknownError(detail=type(error).__name__) from error


def list_media(account: Account, sid: str) -> list[dict[str, Any]]:
    """The files of a message, as a webhook would have told of them. Raises a SendError."""
    try:
        records = _client(account).messages(sid).media.stream(limit=MOST_FILES)
        return [
            # With ".json" it tells of the file, without it is the file (Twilio's docs on Media)
            {"url": TWILIO_API + str(one.uri).removesuffix(".json"), "content_type": one.content_type or ""}
            for one in records
        ]
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refusal(error) from error
    except (TwilioException, ValueError, TypeError, AttributeError, KeyError) as error:
        if _is_gone(error):
            raise RefusedError("20404") from error
        raise OutcomeUnknownError(detail=type(error).__name__) from error


def list_contents(account: Account) -> list[ListedContent]:
    """Every template of the account. Raises a SendError, also where it takes too long."""
    ends_at = time.monotonic() + LISTING_SECONDS
    contents, listed = _client(account).content.v1, []
    try:
        for record in contents.contents.stream(limit=MOST_CONTENTS, page_size=CONTENTS_PAGE):
            if time.monotonic() > ends_at:
                raise NotAcceptedError(detail="Twilio takes too long to list its templates")
            approval = contents.contents(record.sid).approval_fetch().fetch().whatsapp
            listed.append(content_of(record, approval))
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refusal(error) from error
    except (TwilioException, ValueError, TypeError, AttributeError, KeyError) as error:
        raise OutcomeUnknownError(detail=type(error).__name__) from error
    return listed


def show_typing(account: Account, message_sid: str) -> None:
    """Show the client that we type; it ends with our next message or after 25 seconds. Raises a SendError."""
    client = _client(account, TYPING_TIMEOUT_SECONDS)
    try:
        client.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=message_sid)
    except (TwilioException, ValueError, TypeError, AttributeError) as error:
        raise RefusedError(detail=type(error).__name__) from error


def check_account(account: Account) -> str:
    """The account's status in Twilio's words ('active'). Raises a SendError."""
    try:
        return str(_client(account).api.accounts(account.sid).fetch().status)
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refusal(error) from error
    except (TwilioException, ValueError, TypeError, AttributeError) as error:
        raise OutcomeUnknownError(detail=type(error).__name__) from error


def webhook_of(account: Account, sender: str) -> WebhookSetup | None:
    """How Twilio is set up to reach us; None: it does not tell, as of a sandbox. Raises a SendError."""
    messaging = _client(account).messaging
    try:
        known = messaging.v2.channels_senders.stream(channel="whatsapp", limit=MOST_SENDERS)
        found = next((one for one in known if one.sender_id == sender), None)
        if found is None:
            return None
        webhook: Any = found.webhook or {}
        own = WebhookSetup(
            webhook.get("callback_url") or "",
            webhook.get("callback_method") or "POST",
            str(found.status or ""),
        )
        return _service_webhook(messaging, sender, own) or own
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refusal(error) from error
    except (TwilioException, ValueError, TypeError, AttributeError, KeyError) as error:
        raise OutcomeUnknownError(detail=type(error).__name__) from error


def _service_webhook(messaging: Any, sender: str, own: WebhookSetup) -> WebhookSetup | None:
    """A Messaging Service that the sender is in decides, unless it leaves that to its senders."""
    for service in messaging.v1.services.stream(limit=MOST_SERVICES):
        senders = messaging.v1.services(service.sid).channel_senders.stream(limit=MOST_SENDERS)
        if any(one.sender == sender for one in senders):
            if service.use_inbound_webhook_on_number:
                return None
            address, method = service.inbound_request_url or "", service.inbound_method or "POST"
            return WebhookSetup(address, method, own.status, service.friendly_name or service.sid)
    return None


def _client(account: Account, timeout: float | None = None) -> Client:
    wire = Wire(account.api_base_url, timeout or settings.TWILIO_TIMEOUT_SECONDS)
    return Client(account.sid, account.token, http_client=wire)


def _refusal(error: TwilioRestException | TwilioServiceException) -> SendError:
    code = str(error.code or error.status)[:20]
    return NotAcceptedError(code) if code in TRY_LATER else RefusedError(code)


def _is_gone(error: Exception) -> bool:
    """The library hands over a page that it could not read as a part of its complaint."""
    page = error.args[-1] if error.args else None
    return isinstance(page, Response) and page.status_code == 404
