"""What WhatsApp takes as a file, told by the file's own bytes rather than by its sender.

Types and sizes: developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media,
but no more than Twilio's 16 MB for any of them.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

MEGABYTE = 1024 * 1024
# Enough for every beginning below, and to tell text from what only calls itself .txt
LOOKED_AT = 4096
MOST_BYTES = {
    # Meta's limit for pictures, the one below Twilio's
    "image": 5 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "document": 16 * MEGABYTE,
}
LARGEST = max(MOST_BYTES.values())

# What a file begins with, and what it is then
# Sound without a container begins with a frame: 0xFFFB, F3, F2 are MP3, 0xFFF1, F9 are AAC in ADTS
BEGINNINGS = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
]
# Families whose members only the file's name tells apart
OPEN_XML, OLD_OFFICE, TEXT = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b""
# Every .docx is a ZIP; so is an .apk, which its name gives away
_OOXML = "application/vnd.openxmlformats-officedocument."
BY_NAME = {
    OPEN_XML: {
        ".docx": _OOXML + "wordprocessingml.document",
        ".xlsx": _OOXML + "spreadsheetml.sheet",
        ".pptx": _OOXML + "presentationml.presentation",
    },
    OLD_OFFICE: {
        ".doc": "application/msword",
        ".xls": "application/vnd.ms-excel",
        ".ppt": "application/vnd.ms-powerpoint",
    },
    TEXT: {".txt": "text/plain", ".csv": "text/csv"},
}
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
} | {content_type: extension for names in BY_NAME.values() for extension, content_type in names.items()}


@dataclass(frozen=True)
class FileType:
    """`kind`: image, audio, video or document."""

    kind: str
    content_type: str

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type]

    @property
    def most_bytes(self) -> int:
        return MOST_BYTES[self.kind]


def type_of(head: bytes, name: str) -> FileType | None:
    """From a file's first bytes and its name; None: WhatsApp does not take it."""
    content_type = _by_beginning(head) or _film_or_sound(head, name) or _by_name(head, name)
    return FileType(kind_of(content_type), content_type) if content_type else None


def kind_of(content_type: str) -> str:
    family = content_type.partition("/")[0]
    return family if family in MOST_BYTES else "document"


def _by_beginning(head: bytes) -> str:
    return next((content_type for beginning, content_type in BEGINNINGS if head.startswith(beginning)), "")


def _film_or_sound(head: bytes, name: str) -> str:
    """ISO media files say at byte 4 what they are; sound and film share some brands."""
    if head[4:8] != b"ftyp":
        return ""
    brand = head[8:12]
    if brand.startswith(b"3gp"):
        return "video/3gpp"
    is_sound = brand in (b"M4A ", b"M4B ") or PurePosixPath(name.lower()).suffix == ".m4a"
    # The camera of an iPhone: HEIC pictures and QuickTime films, and AVIF, none of which WhatsApp takes
    return "" if brand in (b"heic", b"mif1", b"avif", b"qt  ") else "audio/mp4" if is_sound else "video/mp4"


def _by_name(head: bytes, name: str) -> str:
    extension = PurePosixPath(name.lower()).suffix
    for beginning in (OPEN_XML, OLD_OFFICE):
        if head.startswith(beginning):
            return BY_NAME[beginning].get(extension, "")
    # Text has no NUL; a program that is called .csv has
    return BY_NAME[TEXT].get(extension, "") if b"\x00" not in head else ""
