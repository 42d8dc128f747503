"""Small files of each type that may be sent, as their first bytes say it."""

from django.core.files.uploadedfile import SimpleUploadedFile

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 32
PDF = b"%PDF-1.7\n" + b"\x00" * 32
OGG = b"OggS" + b"\x00" * 32
MP3 = b"ID3" + b"\x00" * 32
AMR = b"#!AMR\n" + b"\x00" * 32
AAC = b"\xff\xf1" + b"\x00" * 32
MP4 = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 32
M4A = b"\x00\x00\x00\x18ftypM4A " + b"\x00" * 32
HEIC = b"\x00\x00\x00\x18ftypheic" + b"\x00" * 32
THREE_GP = b"\x00\x00\x00\x18ftyp3gp4" + b"\x00" * 32
ZIP = b"PK\x03\x04" + b"\x00" * 32
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 32


def upload(content: bytes = PNG, name: str = "plan.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")
