"""A file's own bytes say what it is; its name only tells members of one family apart."""

import pytest

from whatsapp.file_types import EXTENSIONS, LARGEST, MOST_BYTES, kind_of, type_of
from whatsapp.tests import files


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (files.PNG, "a.exe", "image/png"),
        (files.JPEG, "", "image/jpeg"),
        (files.PDF, "contract.pdf", "application/pdf"),
        (files.OGG, "voice.ogg", "audio/ogg"),
        (files.MP3, "song.mp3", "audio/mpeg"),
        (b"\xff\xfb\x90" + b"\x00" * 9, "song.mp3", "audio/mpeg"),
        (files.AMR, "a.amr", "audio/amr"),
        (files.AAC, "a.aac", "audio/aac"),
        (files.MP4, "tour.mp4", "video/mp4"),
        (files.M4A, "a.mp4", "audio/mp4"),
        (files.MP4, "a.M4A", "audio/mp4"),
        (files.THREE_GP, "a", "video/3gpp"),
        (files.ZIP, "a.DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (files.ZIP, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (files.OLD_OFFICE, "a.xls", "application/vnd.ms-excel"),
        ("Olá; preço".encode(), "a.csv", "text/csv"),
        ("preço".encode("latin-1"), "a.txt", "text/plain"),
    ],
)
def test_type_is_told_by_the_bytes(content, name, content_type):
    found = type_of(content, name)
    assert found is not None
    assert found.content_type == content_type


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg onload=alert(1)>", "a.svg"),
        (b"<html>", "a.html"),
        (b"MZ\x90\x00", "a.txt"),
        (b"MZ\x90\x00", "a.png"),
        (files.ZIP, "a.zip"),
        (files.ZIP, "a.jar"),
        (files.ZIP, "a.doc"),
        (files.OLD_OFFICE, "a.msi"),
        (files.HEIC, "a.jpg"),
        (b"GIF89a", "a.gif"),
        (b"RIFF\x00\x00\x00\x00WEBP", "a.webp"),
        (b"#!/bin/sh", "a.sh"),
        (b"text", "txt"),
        (b"\x00\x00", "a.csv"),
    ],
)
def test_type_that_whatsapp_does_not_take_is_none(content, name):
    assert type_of(content, name) is None


def test_every_type_has_an_ending_and_a_size():
    for content_type in EXTENSIONS:
        assert 0 < MOST_BYTES[kind_of(content_type)] <= LARGEST
