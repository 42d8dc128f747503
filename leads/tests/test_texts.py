"""Trees, fields and names that stand inside one text."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.inference import understand
from leads.inference.introductions import introduced_in, name_beside_address
from leads.inference.lines import lines_said
from leads.inference.texts import tree_in

LEAD = {"nome": "Ana Prado", "fone": "11987654321"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(LEAD),
        json.dumps(json.dumps(LEAD)),
        base64.b64encode(json.dumps(LEAD).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(LEAD).encode()).decode().rstrip("="),
        "nome=Ana+Prado&fone=11987654321",
    ],
    ids=["json", "json twice", "base64", "base64 for addresses", "query string"],
)
def test_tree_inside_a_text_is_read(text):
    assert tree_in(text) == LEAD


def test_xml_inside_a_text_keeps_attributes_and_repetitions():
    text = '<?xml version="1.0"?><lead id="7"><nome>Ana</nome><fone tipo="cel">1</fone><fone>2</fone></lead>'

    assert tree_in(text) == {
        "lead": {"@id": "7", "nome": "Ana", "fone": [{"@tipo": "cel", "#text": "1"}, "2"]}
    }


@pytest.mark.parametrize(
    "text",
    [
        "Bom dia, quero visitar",
        "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        "https://page.example/?utm_source=google&name=Ana",
        "a=1&b=2",
        "<p>Nome: Ana</p>",
        "<script>alert(1)</script>",
        "<svg><text>Ana</text></svg>",
        "[sem nome]",
        '"Ana"',
        "",
    ],
)
def test_text_for_people_is_no_tree(text):
    assert tree_in(text) is None


def test_xml_entities_are_not_expanded():
    bomb = (
        '<!DOCTYPE lead [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
        "<lead><nome>&b;&b;&b;</nome><file>&xxe;</file></lead>"
    )

    assert "hahaha" not in json.dumps(tree_in(f"<?xml version='1.0'?>{bomb}") or "")


def test_xml_of_any_depth_is_read_without_an_error():
    text = "<nome>" * 3_000 + "Ana" + "</nome>" * 3_000

    [payload] = understand({"xml": text, "fone": "11987654321"}, "BR")

    assert payload.phone == "+5511987654321"


@pytest.mark.parametrize(
    "text",
    [
        "Nome: Ana Prado\nFone: 11987654321",
        "**Nome** – Ana Prado\n**Fone** – 11987654321",
        "| Nome | Ana Prado |\n|---|---|\n| Fone | 11987654321 |",
        "Nome\nAna Prado\n\nFone\n11987654321",
        "Novo lead! Nome: Ana Prado | Fone: 11987654321",
        "Nome=Ana Prado; Fone=11987654321",
        "Nome;Fone\nAna Prado;11987654321",
        "<table><tr><td>Nome</td><td>Ana Prado</td></tr><tr><td>Fone</td><td>11987654321</td></tr></table>",
        "<dl><dt>Nome</dt><dd>Ana Prado</dd><dt>Fone</dt><dd>11987654321</dd></dl>",
    ],
)
def test_fields_on_lines_are_said(text):
    assert {("Nome", "Ana Prado"), ("Fone", "11987654321")} <= {
        (name, value) for name, value in lines_said(text)
    }


@pytest.mark.parametrize(
    "text",
    [
        "Bom dia: quero saber. Horário: 9h; Local: Centro",
        "Oi\ntudo bem\nquero visitar",
        "Sim - claro\nNão - nunca",
    ],
)
def test_prose_says_no_fields(text):
    assert lines_said(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Olá! Me chamo Ana Lúcia Prado e quero visitar", "Ana Lúcia Prado"),
        ("oi, aqui é a Bia, tudo bem?", "Bia"),
        ("Hi, my name is Mary Hill, call me", "Mary Hill"),
        ("Hola, soy Juan de la Cruz", "Juan de la Cruz"),
        ("Nova mensagem de José D'Ávila", "José D'Ávila"),
        ("Quero falar com o Carlos Lima", ""),
        ("This is Urgent please", ""),
        ("sou a favor", ""),
    ],
)
def test_name_is_taken_from_an_introduction_alone(text, name):
    assert introduced_in(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana Prado - (11) 98765-4321 - ana@exemplo.com", "Ana Prado"),
        ("Ana Prado <ana@exemplo.com>", "Ana Prado"),
        ("CN=Ana Prado:mailto:ana@exemplo.com", "Ana Prado"),
        ("ana@exemplo.com", ""),
        ("Rua Ana Prado, 10", ""),
    ],
)
def test_name_beside_an_address_is_found(text, name):
    assert name_beside_address(text) == name


# Pieces of what the readers of texts look for, in any order: quotes that never close, lone returns, cut-off tags
PIECES = [
    '"',
    "'",
    "\r",
    "\n",
    "\r\n",
    ";",
    ",",
    "|",
    "\t",
    ":",
    "=",
    "&",
    "<",
    "</",
    "<![",
    "<!--",
    "]]>",
    ">",
]
PIECES += [
    "{",
    "}",
    "[",
    "]",
    "<lead>",
    "</lead>",
    "<?xml ",
    "nome",
    "fone",
    "Ana",
    "11987654321",
    " ",
    "*",
    "\x1c",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(text=TEXTS, key=st.sampled_from(["message", "data", "nome", "x"]))
def test_any_text_is_read_without_a_fault_and_kept(text, key):
    (lead,) = understand({key: text, "email": "ana@mail.example"}, "BR")

    assert lead.email == "ana@mail.example"


@pytest.mark.parametrize(
    "text",
    [
        '"Boa tarde, gostaria de saber\nmais sobre o apartamento',
        'Olá; "tudo bem\nmeu fone; é, outro',
        "Oi, tudo bem,\rquero, comprar",
    ],
    ids=["open quote", "quote after a separator", "lone return"],
)
def test_message_that_looks_like_data_stays_a_message(text):
    (lead,) = understand({"email": "ana@mail.example", "mensagem": text}, "BR")

    assert lead.message.split() == text.split()


def test_xml_with_a_declaration_that_nobody_knows_is_no_tree():
    assert tree_in("<lead><nome>Ana</nome><![foo[x]]></lead>") is None
