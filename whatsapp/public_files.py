"""What Twilio and Meta fetch from us: a file of an outgoing message, by its signed address alone."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from whatsapp.attachments import item_at

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # This address is on the CRM's own host: a file that could run here would run with a consultant's session
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
}


@require_safe
def public_file(request: HttpRequest, token: str, name: str) -> FileResponse:
    item = item_at(token)
    if item is None:
        raise Http404
    return FileResponse(
        default_storage.open(item["file"]),
        filename=item["filename"],
        content_type=item["content_type"],
        headers=HEADERS,
    )
