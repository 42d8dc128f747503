"""The paths of Twilio's Content API that our client calls."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from whatsapp.simulator.contents import CONTENTS, find
from whatsapp.simulator.twilio_api import credentials, error, with_account


@with_account
@require_GET
def contents(request: HttpRequest) -> HttpResponse:
    account_sid = credentials(request)[0]
    url = f"https://content.twilio.com{request.path.partition('/twilio')[2]}"
    listed = [_content_resource(content, account_sid) for content in CONTENTS]
    meta = {"key": "contents", "page": 0, "page_size": 50, "url": url, "first_page_url": url}
    return JsonResponse(
        {"contents": listed, "meta": meta | {"next_page_url": None, "previous_page_url": None}}
    )


@with_account
@require_GET
def approval(request: HttpRequest, sid: str) -> HttpResponse:
    content = find(sid)
    if content is None:
        return error(404, 20404, "Not found")
    url = f"https://content.twilio.com/v1/Content/{sid}/ApprovalRequests"
    account_sid = credentials(request)[0]
    return JsonResponse({"sid": sid, "account_sid": account_sid, "whatsapp": content["approval"], "url": url})


def _content_resource(content: dict[str, Any], account_sid: str) -> dict[str, Any]:
    url = f"https://content.twilio.com/v1/Content/{content['sid']}"
    return {
        **{name: content[name] for name in ("sid", "friendly_name", "language", "variables", "types")},
        "account_sid": account_sid,
        "date_created": "2026-01-05T12:00:00Z",
        "date_updated": "2026-01-05T12:00:00Z",
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
    }
