"""One person, many spellings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.identity import (
    email_key,
    identities_of,
    parse_email,
    parse_phone,
    phone_key,
    whatsapp_identities,
)
from leads.payload import LeadPayload

AREAS = st.sampled_from(["11", "21", "31", "47", "51", "61", "71", "85", "92"])
MOBILES = st.integers(min_value=60000000, max_value=99999999).map(str)
LANDLINES = st.integers(min_value=20000000, max_value=59999999).map(str)


def spellings(area, number):
    """How Brazilians write a number, by hand and by program."""
    head, tail = number[:-4], number[-4:]
    return [
        f"+55{area}{number}",
        f"55{area}{number}",
        f"{area}{number}",
        f"({area}) {head}-{tail}",
        f"{area} {head} {tail}",
        f"0{area} {head}-{tail}",
        f"+55 ({area}) {head}-{tail}",
        f"+55 {area} {head}.{tail}",
        f"(+55) {area} {head}-{tail}",
        f"(+55{area}) {head}-{tail}",
        f"[+55 {area} {head} {tail}]",
        f"0055{area}{number}",
        f"0xx{area} {head}-{tail}",
        f"whatsapp:+55{area}{number}",
        f"tel:+55-{area}-{head}-{tail}",
        f"({area}) {head}\u2011{tail}",
        f"\u202a+55 {area} {head}-{tail}\u202c",
        f"https://wa.me/55{area}{number}",
    ]


@settings(max_examples=60, deadline=None)
@given(area=AREAS, eight=MOBILES)
def test_brazilian_mobile_has_one_key_in_every_spelling_with_and_without_the_ninth_digit(area, eight):
    written = [*spellings(area, f"9{eight}"), *spellings(area, eight)]

    keys = {phone_key(parse_phone(text, "BR") or "") for text in written}

    assert keys == {f"+55{area}9{eight}"}


@settings(max_examples=60, deadline=None)
@given(area=AREAS, eight=LANDLINES)
def test_brazilian_landline_is_left_alone(area, eight):
    parsed = {parse_phone(text, "BR") for text in spellings(area, eight)} - {None}

    assert parsed <= {f"+55{area}{eight}"}
    assert {phone_key(phone) for phone in parsed} <= {f"+55{area}{eight}"}


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_breaks_the_parsers_and_what_they_find_is_stable(text):
    phone = parse_phone(text, "BR", is_lenient=True)
    email = parse_email(text)

    assert phone is None or (phone.startswith("+") and parse_phone(phone, "") == phone)
    assert email is None or parse_email(email) == email


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("55 1234 5678", "MX", "+525512345678"),
        ("+52 1 55 1234 5678", "BR", "+5215512345678"),
        ("11 15-2345-6789", "AR", "+5491123456789"),
        ("612 345 678", "ES", "+34612345678"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("+44 20 7946 0958", "BR", "+442079460958"),
        ("3001234567", "CO", "+573001234567"),
        ("999-9999", "BR", None),
        ("123.456.789-09", "BR", None),
        ("2026-03-02", "BR", None),
        ("203.0.113.10", "BR", None),
        ("R$ 350.000,00", "BR", None),
        ("1772452800000", "BR", None),
        ("", "BR", None),
        ("call me", "BR", None),
    ],
)
def test_phone_is_read_by_the_country_of_the_source(text, country, expected):
    assert parse_phone(text, country) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("(404) 663-9127", "+14046639127"), ("404 663.9127", "+14046639127"), ("912 345 6789", None)],
)
def test_phone_with_a_digit_too_many_is_american_where_americans_write_it_so_alone(text, expected):
    assert parse_phone(text, "PT", is_lenient=True) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("+5215512345678", "+525512345678"), ("+5491123456789", "+541123456789")],
)
def test_mobile_twins_of_mexico_and_argentina_share_a_key(one, other):
    assert phone_key(one) == phone_key(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ana.Souza+x@Mail.Example ", "ana.souza+x@mail.example"),
        ("mailto:ana@mail.example", "ana@mail.example"),
        ("Ana <ana@mail.example>,", "ana@mail.example"),
        ("josé@correio.example", "josé@correio.example"),
        ("ana@mail", None),
        ("@mail.example", None),
        ("ana@@mail.example", None),
        ("x" * 300 + "@mail.example", None),
    ],
)
def test_email_is_folded_by_case_and_not_by_dots(text, expected):
    assert parse_email(text) == expected
    assert email_key(text) == (expected or "")


def test_whatsapp_user_id_is_an_identity_without_any_phone():
    [identity] = whatsapp_identities("whatsapp:br.9f2k_1")

    assert (identity.kind, identity.key) == ("whatsapp_id", "BR.9f2k_1")


def test_whatsapp_address_with_a_number_is_that_phone():
    [identity] = whatsapp_identities("whatsapp:+551187654321")

    assert (identity.kind, identity.key) == ("phone", "+5511987654321")


def test_identities_come_once_and_in_one_order():
    payload = LeadPayload(
        phone="+5511987654321", email="a@mail.example", whatsapp_id="whatsapp:+5511987654321"
    )

    assert [one.kind for one in identities_of(payload)] == ["email", "phone"]


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("(11) 3456-7890 / (11) 98765-4300", "+5511987654300"),
        ("(11) 98765-4300 ou (11) 3456-7890", "+5511987654300"),
        ("(11) 3456-7890; (11) 3456-7891", "+551134567890"),
        ("11 3456-7890 / 98765-4300", "+551134567890"),
    ],
)
def test_of_several_numbers_in_one_text_the_mobile_is_the_phone(text, phone):
    assert parse_phone(text, "BR", is_lenient=True) == phone


@pytest.mark.parametrize(
    "jid", ["5511987654321@s.whatsapp.net", "5511987654321@wa.gw.example", "5511987654321@c.us"]
)
def test_address_of_a_whatsapp_gateway_is_a_phone_and_no_email(jid):
    assert parse_email(jid) is None
    assert parse_phone(jid, "BR") == "+5511987654321"
