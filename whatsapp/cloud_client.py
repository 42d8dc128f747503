"""The calls to Meta's Graph API for the WhatsApp Cloud API. As in `client`, nothing is retried here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings

from whatsapp import calls
from whatsapp.refusals import TRY_LATER
from whatsapp.send_errors import NotAcceptedError, OutcomeUnknownError, RefusedError, never_connected

# Within the whole call's time: a host that is away should not use up what an answer may take
CONNECT_SECONDS = 3
# For the three dots: a client rather has the answer than the sign of it
COURTESY_SECONDS = 2
# Against a `next` that never ends
TEMPLATES_PAGE, MOST_PAGES = 100, 20
TEMPLATE_FIELDS = "id,name,language,status,category,components,rejected_reason"


@dataclass(frozen=True)
class CloudAccount:
    """A number at Meta and the token that may use it."""

    phone_number_id: str
    business_account_id: str
    access_token: str


def send_message(account: CloudAccount, message: Mapping[str, Any]) -> str:
    """Send one message in Meta's form; its id there. Raises a SendError."""
    whole = {"messaging_product": "whatsapp", "recipient_type": "individual"} | dict(message)
    answer = _call(account, "POST", f"{account.phone_number_id}/messages", json=whole)
    try:
        sid = answer["messages"][0]["id"]
    # 200 without an id: Meta may have sent it
    except (KeyError, IndexError, TypeError) as error:
        raise OutcomeUnknownError(detail="no message id") from error
    if not isinstance(sid, str) or not sid:
        raise OutcomeUnknownError(detail="no message id")
    return sid


def show_typing(account: CloudAccount, message_sid: str) -> None:
    """Mark the client's message as read and show that we type, for up to 25 seconds. Raises a SendError."""
    body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message_sid,
        "typing_indicator": {"type": "text"},
    }
    _call(account, "POST", f"{account.phone_number_id}/messages", seconds=COURTESY_SECONDS, json=body)


def list_templates(account: CloudAccount) -> Iterator[dict[str, Any]]:
    """Every template of the business account, page by page. Raises a SendError."""
    query: dict[str, Any] = {"fields": TEMPLATE_FIELDS, "limit": TEMPLATES_PAGE}
    for _ in range(MOST_PAGES):
        answer = _call(account, "GET", f"{account.business_account_id}/message_templates", params=query)
        yield from (one for one in answer.get("data") or [] if isinstance(one, dict))
        paging = answer.get("paging") or {}
        if not paging.get("next"):
            return
        query["after"] = (paging.get("cursors") or {}).get("after", "")


def read_number(account: CloudAccount) -> dict[str, Any]:
    """What Meta says of our number. Raises a SendError."""
    fields = "display_phone_number,verified_name,quality_rating"
    return _call(account, "GET", account.phone_number_id, params={"fields": fields})


def read_file(account: CloudAccount, file_id: str) -> dict[str, Any]:
    """{url, mime_type, file_size} of a file that a client sent; the url is good for minutes. Raises a SendError."""
    return _call(account, "GET", file_id)


def _call(
    account: CloudAccount, method: str, path: str, *, seconds: float | None = None, **content: Any
) -> dict[str, Any]:
    seconds = seconds or settings.META_TIMEOUT_SECONDS
    headers = {"Authorization": f"Bearer {account.access_token}"}
    url = f"{settings.META_GRAPH_URL}/{path}"
    try:
        with calls.over_within(seconds):
            response = calls.session().request(
                method,
                url,
                headers=headers,
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                # The token must not follow to another host
                allow_redirects=False,
                **content,
            )
    except requests.RequestException as error:
        if never_connected(error):
            raise NotAcceptedError(detail="Meta cannot be reached") from error
        raise OutcomeUnknownError(detail=type(error).__name__) from error
    return _answer_of(response)


def _answer_of(response: requests.Response) -> dict[str, Any]:
    """The answer's object. Meta says by a code what it refused; a 5xx may come after it has acted."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.status_code >= 500:
        raise OutcomeUnknownError(str(response.status_code), "Meta failed")
    if not response.ok or (isinstance(answer, dict) and answer.get("error")):
        raise _refusal(response.status_code, answer)
    if not isinstance(answer, dict):
        raise OutcomeUnknownError(detail="no object")
    return answer


def _refusal(status: int, answer: Any) -> NotAcceptedError | RefusedError:
    error = answer.get("error") if isinstance(answer, dict) else None
    code = str(error.get("code") or status) if isinstance(error, dict) else str(status)
    return NotAcceptedError(code) if code in TRY_LATER else RefusedError(code[:20])
