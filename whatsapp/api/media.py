"""A file that a client sent, for those who may see the conversation."""

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from leads.errors import NotFoundError
from leads.requests import user_of
from whatsapp.media import may_show_inline
from whatsapp.models import Conversation, Message


class MediaFile(APIView):
    @extend_schema(operation_id="messages_media", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, message_id: UUID, number: int) -> FileResponse:
        """Shown in place only where it cannot act: pictures, sound, film. Everything else is a download."""
        visible = Conversation.objects.visible_to(user_of(request))
        message = Message.objects.filter(pk=message_id, conversation__in=visible).first()
        item: dict[str, Any] = message.media[number] if message and number < len(message.media) else {}
        if not item.get("file") or not default_storage.exists(item["file"]):
            raise NotFoundError
        is_inline = may_show_inline(item["content_type"])
        return FileResponse(
            default_storage.open(item["file"]),
            as_attachment=not is_inline,
            filename=item.get("filename") or item["file"].rpartition("/")[2],
            content_type=item["content_type"],
            headers={
                # No browser may guess another type, and whatever opens all the same may run nothing
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, max-age=86400",
            },
        )

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """An <img> accepts images alone; errors are JSON all the same."""
        return JSONRenderer(), "application/json"
