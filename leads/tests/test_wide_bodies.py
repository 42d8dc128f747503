"""Forms with very many fields are read whole, however they are encoded."""

from urllib.parse import urlencode

import pytest

from leads.bodies import BodyError, read_body
from leads.models import Lead, Source
from leads.tests.makers import make_statuses
from leads.tests.test_hostile_bodies import send, settle

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def wide(count):
    return {f"campo_{number}": f"v{number}" for number in range(count)}


def as_form(pairs):
    return urlencode(pairs).encode()


def as_multipart(pairs):
    parts = (f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in pairs.items())
    return "".join([*parts, "--x--\r\n"]).encode()


@pytest.mark.parametrize(("write", "content_type"), [(as_form, FORM), (as_multipart, MULTIPART)])
def test_form_of_ten_thousand_fields_is_read_whole(write, content_type):
    pairs = wide(10_000)

    assert read_body(write(pairs), content_type) == pairs


@pytest.mark.parametrize(("write", "content_type"), [(as_form, FORM), (as_multipart, MULTIPART)])
def test_form_of_too_many_fields_is_refused(write, content_type):
    with pytest.raises(BodyError):
        read_body(write(wide(20_010)), content_type)


@pytest.mark.parametrize(
    ("write", "content_type", "count"), [(as_form, FORM, 10_000), (as_multipart, MULTIPART, 3_000)]
)
def test_wide_form_within_the_limit_of_bytes_becomes_a_lead_with_all_its_fields(
    client, db, write, content_type, count
):
    make_statuses()
    Source.objects.create(slug="generic", name="Site", secret="s")
    body = write({"nome": "Ana Souza", "telefone": "11987654321"} | wide(count))

    assert send(client, "generic", body, content_type).status_code == 202
    assert settle() == []

    lead = Lead.objects.get()
    assert (lead.name, lead.phone) == ("Ana Souza", "+5511987654321")
    assert lead.extra == wide(count)
