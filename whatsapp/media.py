"""Files that clients send: fetched off the request's path, kept in Django's storage, shown with care.

The row is the queue: `media_due_at` says when a message's files are fetched next, None that nothing
is owed. What an item became stands in it: `file` and `size`, or `error`.
"""

import logging
import mimetypes
import uuid
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads import stopping
from leads.on_commit import announce
from whatsapp import downloading
from whatsapp.models import Message
from whatsapp.signals import message_changed
from whatsapp.transports import transport_of

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
# Half an hour and some minutes in all; then it is given up as unreachable
PAUSES_SECONDS = (10, 60, 300, 1800)
# What a browser may show without the file being able to do anything.
# No SVG, no HTML: both can carry scripts
SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")
KEPT = (
    *SHOWN_INLINE,
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.ms-",
    "text/plain",
    "text/csv",
    "text/vcard",
    "text/x-vcard",
)

FOREIGN = _("This file was not fetched: its address is not WhatsApp's.")
PROBLEMS: dict[str, Promise] = {
    "foreign_host": FOREIGN,
    "private_address": FOREIGN,
    "too_many_redirects": FOREIGN,
    "type_not_allowed": _("This file was not fetched: files of its kind are not safe to open."),
    "too_large": _("This file was not fetched: it is larger than 16 MB."),
    "not_found": _("WhatsApp does not have this file any more."),
    "unreachable": _("This file could not be fetched."),
}


def fetch_due(limit: int = 20) -> int:
    """Fetch the files that are due. Answers of how many messages."""
    done = 0
    while done < limit and not stopping.is_asked() and (message := _claim()) is not None:
        _fetch(message)
        done += 1
    return done


def problem_of(item: dict[str, Any]) -> str:
    """Why a client's file is not here, for people; '' where it is, or still may come."""
    error = item.get("error")
    return str(PROBLEMS.get(error, PROBLEMS["unreachable"])) if error else ""


def may_show_inline(content_type: str) -> bool:
    return content_type.startswith(SHOWN_INLINE)


@transaction.atomic
def _claim() -> Message | None:
    due = Message.objects.filter(media_due_at__lte=timezone.now()).order_by("media_due_at")
    message = due.select_for_update(skip_locked=True).first()
    if message is not None:
        message.attempts += 1
        message.media_due_at = timezone.now() + LEASE
        message.save(update_fields=["attempts", "media_due_at"])
    return message


def _fetch(message: Message) -> None:
    """Every item that is neither here nor hopeless; what failed for now is tried again later."""
    line = message.conversation.line
    media, is_complete = [], True
    for item in message.media:
        # Of several files those that are here are not fetched again
        if not item.get("file") and not item.get("error"):
            try:
                item = item | _stored(transport_of(line).download(line, item, KEPT))
            except downloading.HopelessError as error:
                item = item | {"error": error.reason}
            except downloading.NotNowError:
                is_complete = False
        media.append(item)
    _save(message, media, is_complete)


def _stored(got: downloading.Downloaded) -> dict[str, Any]:
    """Under a random name: nothing of the sender's choosing becomes a path."""
    extension = mimetypes.guess_extension(got.content_type) or ""
    name = default_storage.save(f"whatsapp/{uuid.uuid4().hex}{extension}", ContentFile(got.content))
    return {"file": name, "size": len(got.content), "content_type": got.content_type}


def _save(message: Message, media: list[dict[str, Any]], is_complete: bool) -> None:
    tried = message.attempts
    if not is_complete and tried > len(PAUSES_SECONDS):
        is_complete, media = (
            True,
            [item if item.get("file") else {"error": "unreachable"} | item for item in media],
        )
    next_at = None
    if not is_complete:
        next_at = timezone.now() + timedelta(seconds=PAUSES_SECONDS[tried - 1])
    Message.objects.filter(pk=message.pk).update(media=media, media_due_at=next_at, updated_at=timezone.now())
    announce(message_changed, conversation_id=str(message.conversation_id), message_id=str(message.pk))
