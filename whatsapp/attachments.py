"""Files that we send: checked, kept in Django's storage, and lent to the provider by an address that expires.

Twilio and Meta fetch a file from us without logging in, so its address carries a signature of ours; it
names one file of one outgoing message and is good for half a day, longer than any provider keeps trying.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from leads.errors import InvalidError
from whatsapp.file_types import LOOKED_AT, MEGABYTE, FileType, type_of
from whatsapp.models import Message

PUBLIC_FOR = timedelta(hours=12)
PUBLIC_PATH = "/media/whatsapp/"
SALT = "whatsapp.attachments"
LONGEST_NAME = 100
# "Proposta (v2).pdf" stays; quotes, line breaks and "../" would reach headers and paths
UNSAFE = re.compile(r"[^\w.()+ -]")


def check_file(upload: UploadedFile) -> FileType:
    """What it is. InvalidError where WhatsApp would not take it."""
    upload.seek(0)
    found = type_of(upload.read(LOOKED_AT), upload.name or "")
    upload.seek(0)
    if not upload.size:
        raise _refused(_("The file is empty."))
    if found is None:
        raise _refused(
            _(
                "WhatsApp takes JPEG and PNG pictures, MP4 films, sound, PDF, Office and text files. This is none."
            )
        )
    if upload.size > found.most_bytes:
        limit = found.most_bytes // MEGABYTE
        raise _refused(_("A file of this kind may have %(limit)d MB at most.") % {"limit": limit})
    return found


def described(upload: UploadedFile, file_type: FileType) -> dict[str, Any]:
    """What is said of a file, wherever it is kept."""
    return {
        "size": upload.size,
        "content_type": file_type.content_type,
        "filename": _shown_name(upload.name or "", file_type),
    }


@contextmanager
def stored(upload: UploadedFile, file_type: FileType) -> Iterator[dict[str, Any]]:
    """The item for `Message.media`, its file under a random name. Left by an error, the file is gone again."""
    name = default_storage.save(f"whatsapp/{uuid.uuid4().hex}{file_type.extension}", upload)
    item = {"file": name} | described(upload, file_type)
    try:
        yield item
    except BaseException:  # whatever ended it, nobody points to the file
        default_storage.delete(name)
        raise


def forget(item: dict[str, Any]) -> None:
    default_storage.delete(item["file"])


def public_url(message: Message, number: int = 0) -> str:
    """Where the provider fetches a file of an outgoing message for the next hours."""
    # Over the row's id and not over the storage's name, which stays unknown outside
    token = signing.dumps([str(message.pk), number], salt=SALT)
    return f"{settings.PUBLIC_URL}{PUBLIC_PATH}{token}/{quote(message.media[number]['filename'])}"


def item_at(token: str) -> dict[str, Any] | None:
    """The item that a public address stands for; None where it is not ours, too old, or the file is gone."""
    try:
        message_id, number = signing.loads(token, salt=SALT, max_age=PUBLIC_FOR)
        message = Message.objects.get(pk=UUID(message_id), direction=Message.Direction.OUT)
        item: dict[str, Any] = message.media[number]
    # Too old, bent, gone: one answer for all, so that nobody learns which
    except (signing.BadSignature, ValueError, TypeError, IndexError, Message.DoesNotExist):
        return None
    return item if item.get("file") and default_storage.exists(item["file"]) else None


def _refused(reason: str) -> InvalidError:
    return InvalidError(reason, fields={"file": [reason]})


def _shown_name(given: str, file_type: FileType) -> str:
    """The sender's name for it as far as it is harmless, with the ending that its type has."""
    # Windows' own separator first: "C:\Users\ana\foto.jpg" is foto.jpg
    stem = UNSAFE.sub("_", given.replace("\\", "/").rpartition("/")[2]).rpartition(".")[0].strip(". ")
    return (stem[:LONGEST_NAME] or file_type.kind) + file_type.extension
