"""Whatever comes through the front door: an answer in one shape, a row, never a fault."""

import json

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads import deliveries
from leads.bodies import BodyError, read_body
from leads.inference import understand
from leads.models import Delivery, Lead, Source
from leads.sources import KINDS
from leads.tests.makers import make_statuses

NASTY = "\x00 =cmd()|'/C calc' <script>alert(1)</script> \u202egpj.exe \ud800 \ufeff \u0007 ' OR 1=1 --"
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(["ana@mail.example", "(11) 98765-4321", NASTY, "Ana Souza", "{", '{"a":', "[1]"]),
)
KEYS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["name", "phone", "email", "value", "label", "type", "field", "fields", "answers", "id", "data"]
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=15,
)
SETTLED = {"processed", "duplicate", "rejected"}


@pytest.fixture
def sources(db):
    make_statuses()
    return {
        kind: Source.objects.create(slug=kind, name=kind, kind=kind, secret="s", rate_per_minute=10**6)
        for kind in KINDS
    }


def send(client, kind, body, content_type="application/json"):
    url = reverse("lead-webhook", args=[kind])
    return client.generic("POST", url, body, content_type, headers={"authorization": "Bearer s"})


def settle():
    deliveries.process_pending()
    return list(Delivery.objects.exclude(state__in=SETTLED).values_list("state", "error"))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, kind=st.sampled_from(sorted(KINDS)))
def test_any_json_tree_is_settled_by_every_kind(client, sources, tree, kind):
    response = send(client, kind, json.dumps(tree))

    assert response.status_code in (202, 400)
    assert settle() == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300),
    content_type=st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=nonsense",
            "multipart/form-data; boundary=b",
            "multipart/form-data",
            "text/plain",
            "nonsense",
            "",
        ]
    ),
)
def test_any_bytes_are_answered_and_settled(client, sources, body, content_type):
    response = send(client, "generic", body, content_type)

    assert response.status_code in (202, 400)
    assert set(response.json()) in ({"delivery"}, {"code", "detail", "delivery"})
    assert settle() == []


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"name": NASTY, "phone": "11987654321", "message": NASTY, NASTY: NASTY}),
        json.dumps({"phone": "11987654321"} | {f"key {n}": "v" for n in range(10_000)}),
        json.dumps({"phone": "11987654321", "message": "x" * 65_000, "name": "y" * 65_000}),
        '{"phone": "11987654321", "deep": ' + "[" * 500 + "]" * 500 + "}",
        '{"phone": "11987654321", "deep": ' + '{"a":' * 500 + "1" + "}" * 500 + "}",
        '{"phone": "11987654321", "a": NaN, "b": Infinity, "c": 1e999, "d": ' + "9" * 5000 + "}",
        '{"phone": "11987654321", "name": "\\ud800"}',
        b'{"phone": "11987654321", "name": "\xff\xfe"}',
        "\ufeff" + json.dumps({"phone": "11987654321"}),
        json.dumps({"phone": "11987654321"}).encode("utf-16"),
        json.dumps({"phone": "11987654321", "inner": json.dumps({"x": json.dumps({"y": 1})})}),
    ],
    ids=["signs", "keys", "long", "lists", "dicts", "numbers", "surrogate", "bytes", "bom", "utf-16", "nested text"],
)  # fmt: skip
def test_hostile_body_with_a_phone_still_becomes_a_lead(client, sources, body):
    assert send(client, "generic", body).status_code == 202
    assert settle() == []

    lead = Lead.objects.get()
    stored = f"{lead.name}{lead.message}{json.dumps(lead.extra)}"
    assert lead.phone == "+5511987654321"
    assert not set("\x00\u202e\ufeff") & set(stored)


def test_form_with_php_brackets_becomes_a_tree():
    body = b"a[b][c]=1&a[b][d]=2&tags[]=x&tags[]=y&plain=z&odd[=1&a=3"

    assert read_body(body, "application/x-www-form-urlencoded") == {
        "a": {"b": {"c": "1", "d": "2"}, "": "3"},
        "tags": ["x", "y"],
        "plain": "z",
        "odd[": "1",
    }


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        ('{"phone": +5511987654321, "a": 1}', {"phone": "+5511987654321", "a": 1}),
        ('{"phone": 011987654321}', {"phone": "011987654321"}),
        ('{"phone": (11) 98765-4321, "name": "Ana"}', {"phone": "(11) 98765-4321", "name": "Ana"}),
        ('{"value": , "name": "Ana", "city": }', {"value": None, "name": "Ana", "city": None}),
        ('{"name": "Ana", "tags": ["x",],}', {"name": "Ana", "tags": ["x"]}),
        ('{"value": 00012}', {"value": "00012"}),
        ('{"value": .5}', {"value": ".5"}),
        (
            '{"nome": "Ana", "mensagem": "Valor: 300000, ok ,} e \\"a\\": , fim", "e": "",}',
            {"nome": "Ana", "mensagem": 'Valor: 300000, ok ,} e "a": , fim', "e": ""},
        ),
    ],
)
def test_json_of_a_template_that_forgot_quotes_or_values_is_read_as_meant(body, tree):
    assert read_body(body.encode(), "application/json") == tree


def test_numbers_beyond_all_bounds_stay_text_and_are_no_amount():
    [payload] = understand(read_body(b'{"phone": "11987654321", "value": 1e400}', "application/json"), "BR")

    assert (payload.phone, payload.value, payload.extra) == ("+5511987654321", None, {"value": "1e400"})


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"hello", b"<xml/>", b"a b c", b"%PDF-1.7", b"name,phone\nana,11"]
)
def test_what_is_neither_json_nor_form_raises(body):
    with pytest.raises(BodyError):
        read_body(body, "text/plain")
