"""What is known to be only a part of a body is read by nobody."""

import gzip
import zlib

import pytest

from leads.bodies import BodyError
from leads.wholeness import UNKNOWN, read_whole

FORM = "application/x-www-form-urlencoded"
PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
MULTIPART = 'multipart/form-data; boundary="x"'


@pytest.mark.parametrize("length", [{}, {"content-length": "3"}, {"content-length": "2"}])
def test_form_of_the_length_that_was_said_is_read(length):
    assert read_whole(b"a=1", FORM, length) == {"a": "1"}


@pytest.mark.parametrize("length", ["4", "9" * 5_000])
def test_form_shorter_than_was_said_is_refused_with_both_numbers(length):
    with pytest.raises(BodyError, match=r"3 of (4|9{18}) bytes"):
        read_whole(b"a=1", FORM, {"content-length": length})


@pytest.mark.parametrize("content_type", [FORM, "", "text/plain", "application/json"])
def test_plain_form_of_unknown_length_is_refused_whatever_it_calls_itself(content_type):
    with pytest.raises(BodyError):
        read_whole(b"a=1", content_type, {"content-length": UNKNOWN})


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b' {"a": "1"}', ""), (b'\xef\xbb\xbf{"a": "1"}', FORM), (PARTS, MULTIPART)],
)
def test_body_that_shows_its_end_is_read_without_a_length(body, content_type):
    assert read_whole(body, content_type, {"content-length": UNKNOWN}) == {"a": "1"}


@pytest.mark.parametrize(
    ("body", "content_type"), [(b'{"a": "1"', ""), (b"[1, 2", FORM), (PARTS[:-6], MULTIPART)]
)
def test_body_that_does_not_show_its_end_is_refused(body, content_type):
    with pytest.raises(BodyError):
        read_whole(body, content_type, {"content-length": UNKNOWN})


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
@pytest.mark.parametrize("length", [{}, {"content-length": UNKNOWN}])
def test_compressed_body_is_unpacked(pack, length):
    assert read_whole(pack(b"a=1"), FORM, {"content-encoding": "GZIP"} | length) == {"a": "1"}


def test_deflated_body_without_its_wrapping_is_unpacked():
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bare = packer.compress(b"a=1") + packer.flush()
    assert read_whole(bare, FORM, {"content-encoding": "deflate"}) == {"a": "1"}


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity"])
@pytest.mark.parametrize("body", [b"a=1", b'{"a": "1"}'])
def test_body_that_a_proxy_unpacked_already_is_read_as_it_is(encoding, body):
    assert read_whole(body, "", {"content-encoding": encoding}) == {"a": "1"}


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd, br"])
def test_body_that_cannot_be_unpacked_is_refused_with_how_it_says_it_is_compressed(encoding):
    with pytest.raises(BodyError, match=encoding):
        read_whole(b"\x0b\x02\x80abc\x03", "application/json", {"content-encoding": encoding})


@pytest.mark.parametrize(("body", "ends_at"), [(b"a=1", -3), (b" " * 300_000, None)])
def test_compressed_body_that_breaks_off_or_is_a_bomb_is_refused(body, ends_at):
    packed = gzip.compress(body)[:ends_at]
    with pytest.raises(BodyError, match="compressed"):
        read_whole(packed, FORM, {"content-encoding": "gzip"})
