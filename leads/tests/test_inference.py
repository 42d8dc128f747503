"""Understanding payloads of shapes that nobody configured.

`fixtures/shapes.json` was written together with the rules, the other two after them. At their first
reading, before anything was mended for them, 166 of 180 (`shapes_unseen.json`) and 70 of 78
(`shapes_later.json`, the odder ones) names, phones and e-mails were right.
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from leads.inference import understand, understand_one
from leads.inference.money import read_money

FIXTURES = Path(__file__).parent / "fixtures"
SHAPES = [
    shape
    for name in ("shapes.json", "shapes_unseen.json", "shapes_later.json")
    for shape in json.loads((FIXTURES / name).read_text())
]


@pytest.mark.parametrize("shape", SHAPES, ids=[shape["shape"] for shape in SHAPES])
def test_person_is_understood_in(shape):
    [payload] = understand(shape["body"], "BR")

    assert [payload.name, payload.phone, payload.email] == shape["person"]


def test_every_value_that_no_field_took_is_kept_in_extra():
    body = {
        "nome": "Ana",
        "fone": "11987654321",
        "cor": "azul",
        "filhos": 2,
        "casa": {"andar": 3},
        "sim": True,
    }

    [payload] = understand(body, "BR")

    assert payload.extra == {"cor": "azul", "filhos": 2, "casa.andar": 3, "sim": True}


def test_facts_beside_the_contact_are_understood():
    body = {
        "nome": "Ana Lima",
        "fone": "11987654321",
        "mensagem": "Quero visitar no sábado",
        "orçamento": "R$ 350 mil",
        "tipo de imóvel": "Apartamento",
        "cidade": "Campinas",
        "idioma": "pt-BR",
        "aceito_receber_contato": "sim",
        "utm_source": "google",
        "landing_url": "https://page.example/?utm_campaign=verao&gclid=click-9",
    }

    [payload] = understand(body, "BR")

    assert (payload.message, payload.value, payload.product, payload.city, payload.language) == (
        "Quero visitar no sábado",
        Decimal("350000.00"),
        "Apartamento",
        "Campinas",
        "pt",
    )
    assert payload.consent["aceito_receber_contato"]["given"] is True
    assert payload.attribution["utm_source"] == "google"
    assert payload.attribution["utm_campaign"] == "verao"
    assert payload.attribution["gclid"] == "click-9"


@pytest.mark.parametrize(
    ("sent", "creator"),
    [
        ({"creatorId": "partner-77"}, "partner-77"),
        ({"creatorId": 77}, "77"),
        ({"creator_id": "u_9"}, "u_9"),
        ({"creator": "Imobiliária Sul"}, "Imobiliária Sul"),
        ({"creator": {"name": "Imobiliária Sul", "id": "u_9", "email": "sul@partner.example"}}, "u_9"),
        ({"parceiro": {"nome": "Gil Dias", "telefone": "21998765432"}}, "Gil Dias"),
        ({"campaign_owner": "bia.martins"}, "bia.martins"),
        ({"código do parceiro": "P-12"}, "P-12"),
        ({"indicado_por": "Gil Dias"}, "Gil Dias"),
        ({"hidden": {"affiliate_id": "aff42"}}, "aff42"),
        ({"answers": [{"label": "Criado por", "value": "Marta"}]}, "Marta"),
        ({"page_url": "https://page.example/?utm_source=x&creatorId=p5"}, "p5"),
        ({"createdBy": "https://api.example/users/1"}, ""),
        ({"creator": True}, ""),
        ({"mensagem": "o criador do imóvel"}, ""),
    ],
)
def test_whoever_brought_the_lead_is_its_creator_and_not_its_contact(sent, creator):
    [payload] = understand({"nome": "Ana Lima", "fone": "11987654321", **sent}, "BR")

    assert (payload.creator, payload.name, payload.phone) == (creator, "Ana Lima", "+5511987654321")
    assert payload.email == ""


def test_creator_is_read_from_where_the_mapping_says():
    body = {"nome": "Ana", "fone": "11987654321", "creatorId": "no", "origem": {"dono": "Bia"}}

    [payload] = understand(body, "BR", {"creator": "origem.dono"})

    assert payload.creator == "Bia"


def test_several_people_in_one_body_are_told_apart_and_share_what_stands_beside_them():
    people = [{"name": "Ana", "phone": "11987654321"}, {"name": "Bia", "phone": "11987654322"}]

    first, second = understand({"campaign_name": "Julho", "leads": people}, "BR")

    assert (first.name, second.name) == ("Ana", "Bia")
    assert second.attribution["campaign_name"] == "Julho"


@pytest.mark.parametrize("name", ["leads", "inscritos", "cadastros"])
@pytest.mark.parametrize("phone", ["phone", "zap", "wpp", "movil", "Telemóvel"])
def test_nobody_of_a_list_is_lost_whatever_the_list_and_its_phones_are_called(name, phone):
    people = [{"quem": "Ana Paz", phone: "11987654321"}, {"quem": "Bia Reis", phone: "11987654322"}]

    for sent in (people, {name: people}):
        assert [one.phone for one in understand(sent, "BR")] == ["+5511987654321", "+5511987654322"]


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("alunos", [("Ana", "11987654321"), ("Bia", "11987654322")]),
        ("events", [("Ana", "11987654321"), ("Bia", "11987654322")]),
        ("phones", [("Home", "11987654321"), ("Home", "11987654321")]),
        ("corretores", [("Ana", "11987654321"), ("Bia", "11987654322")]),
    ],
)
def test_list_under_any_name_is_of_people_where_each_is_reached_in_another_way(name, people):
    sent = [{"nome": who, "fone": phone} for who, phone in people]

    assert len(understand({name: sent}, "BR")) == (2 if name in ("alunos", "events") else 1)
    assert len(understand({name: sent, "email": "rui@mail.example"}, "BR")) == 1


def test_items_of_an_order_are_no_people():
    order = {"name": "Ana", "phone": "11987654321", "items": [{"name": "Casa"}, {"name": "Apê"}]}

    [payload] = understand(order, "BR")

    assert payload.name == "Ana"


def test_secrets_in_a_body_are_not_repeated_in_extra():
    [payload] = understand({"name": "Ana", "phone": "11987654321", "api_key": "k-1", "senha": "s-1"}, "BR")

    assert payload.extra == {"api_key": "•••", "senha": "•••"}


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"name": "a.b"}, "Ana"),
        ({"name": "$.a.b"}, "Ana"),
        ({"name": "list[1].x"}, "Bia"),
        ({"name": "list.1.x"}, "Bia"),
        ({"name": ["a.b", "list.1.x"]}, "Ana Bia"),
        ({"name": "nowhere"}, "Somebody else"),
        ({"name": "answers.q7"}, "Caio"),
        ({"name": "answers.0.value"}, "Caio"),
        ({"name": "Question Seven"}, "Caio"),
    ],
)
def test_mapping_says_where_the_name_is_by_path_position_or_label(mapping, expected):
    body = {
        "nome": "Somebody else",
        "phone": "11987654321",
        "a": {"b": "Ana"},
        "list": [{"x": "Zoe"}, {"x": "Bia"}],
        "answers": [{"id": "q7", "label": "Question Seven", "value": "Caio"}],
    }

    [payload] = understand(body, "BR", mapping)

    assert payload.name == expected


@pytest.mark.parametrize(
    ("sent", "phone"),
    [
        ({"telefone": "51996000501"}, "+5551996000501"),
        ({"tel": "ver whatsapp", "whatsapp": "51996000501"}, "+5551996000501"),
        ({"tel": "", "celular": "51996000501"}, "+5551996000501"),
        ({"tel": "51996000502", "whatsapp": "51996000501"}, "+5551996000502"),
        ({"other": "51996000502", "fone": "51996000501", "tel": "?"}, "+5551996000501"),
    ],
)
def test_fact_that_does_not_come_where_it_is_mapped_is_inferred_from_what_no_path_took(sent, phone):
    mapping = {"name": "nm", "phone": "tel", "city": "other"}

    [payload] = understand({"nm": "Rui Fall", **sent}, "BR", mapping)

    assert (payload.name, payload.phone) == ("Rui Fall", phone)
    assert payload.city == sent.get("other", "")


def test_email_and_value_that_are_none_where_they_are_mapped_are_inferred():
    body = {
        "e": "não tenho",
        "v": "a combinar",
        "fone": "11987654321",
        "mail": "ana@b.example",
        "valor": "300 mil",
    }

    [payload] = understand(body, "BR", {"email": "e", "value": "v"})

    assert (payload.email, payload.value) == ("ana@b.example", Decimal("300000.00"))


@pytest.mark.parametrize("write", ["{}.{}", "input_{}.{}", "input_{}_{}"])
def test_numbered_parts_of_a_name_are_joined_and_those_of_an_address_are_not(write):
    address = {1: "Rua Um", 3: "Porto Alegre", 4: "Rio Grande", 5: "90000-000", 6: "Brasil"}
    asked = {write.format(7, part): text for part, text in address.items()}
    named = {write.format(12, 3): "Diego", write.format(12, 4): "Luis", write.format(12, 6): "Martín Ruiz"}

    [payload] = understand({**asked, **named, "input_4": "51996000501"}, "BR")

    assert (payload.name, payload.phone) == ("Diego Luis Martín Ruiz", "+5551996000501")
    assert {"Porto Alegre", "Brasil"} <= {payload.city, *payload.extra.values()}


@pytest.mark.parametrize("key", ["from", "email", "reply_to"])
def test_name_beside_an_address_is_the_persons_and_never_lost(key):
    written = {key: "Ligia Couto <ligia@couto.example>", "phone": "51996000501"}

    [alone] = understand({**written, "owner": {"name": "Mario Prado"}}, "BR")
    [named] = understand({**written, "name": "Bia Souza"}, "BR")

    assert (alone.name, alone.email) == ("Ligia Couto", "ligia@couto.example")
    assert (named.name, named.email) == ("Bia Souza", "ligia@couto.example")
    assert "Ligia Couto" in str(named.extra)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("R$ 500 mil", "500000"),
        ("até_r$_500_mil", "500000"),
        ("350k", "350000"),
        ("1,2 milhão", "1200000"),
        ("1.134,56", "1134.56"),
        ("1,134.56", "1134.56"),
        ("300 a 500 mil", "500000"),
        ("de R$ 200.000,00 a R$ 300.000,00", "300000"),
        ("70 millones", "70000000"),
        (450000, "450000"),
        (99.9, "99.90"),
        ("a combinar", None),
        ("1" * 60, None),
        ("1.8 mdp", "1800000"),
        ("1e400", None),
        ("-1e400", None),
        ("1E+999", None),
        ("R$ 1e400", None),
        ("1.5e5", "150000"),
        (float("inf"), None),
        (float("nan"), None),
    ],
)
def test_money_is_read_as_people_write_it(text, amount):
    assert read_money(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "body",
    [
        {"headers": ["Nome", "Fone", "Cor"], "row": ["Ana Lima", "11987654321", "azul"]},
        {"columns": ["Nome", "Fone", "Cor"], "rows": [["Ana Lima", "11987654321", "azul"]]},
        [["Nome", "Fone", "Cor"], ["Ana Lima", "11987654321", "azul"]],
        {"data": [["nome", "Ana Lima"], ["fone", "11987654321"], ["cor", "azul"]]},
        {"text": "Nome: Ana Lima\nFone: 11987654321\nCor: azul"},
        {"html": "<p><b>Nome:</b> Ana Lima</p><p>Fone: 11987654321</p><p>Cor: azul</p>"},
        {"csv": "nome;fone;cor\nAna Lima;11987654321;azul"},
    ],
)
def test_values_that_stand_apart_from_their_names_are_brought_together(body):
    [payload] = understand(body, "BR")

    assert (payload.name, payload.phone) == ("Ana Lima", "+5511987654321")
    assert "azul" in str(payload.extra) + payload.message


def test_rows_below_headers_are_people_each():
    table = {"headers": ["Nome", "Fone"], "rows": [["Ana", "11987654321"], ["Bia", "11987654322"]]}

    assert [payload.name for payload in understand(table, "BR")] == ["Ana", "Bia"]


def test_choices_beside_an_answer_are_no_table():
    body = {"nome": "Ana", "fone": "11987654321", "opcoes": ["Telefone", "E-mail"], "escolha": ["a", "b"]}

    [payload] = understand(body, "BR")

    assert (payload.name, payload.phone) == ("Ana", "+5511987654321")


def test_contact_in_an_envelope_of_any_name_is_the_persons_unless_it_is_somebody_elses():
    agent = {"name": "Zé Corretor", "email": "ze@office.example"}
    [inside] = understand({"acme_webhook": {"meta": {"nome": "Ana Lima", "fone": "11987654321"}}}, "BR")
    [nobody] = understand({"event": {"agent": agent, "form": {"name": "Maria Form"}}}, "BR")

    assert (inside.name, inside.phone) == ("Ana Lima", "+5511987654321")
    assert (nobody.name, nobody.email, nobody.phone) == ("", "", None)


@pytest.mark.parametrize("country", ["UK", "United Kingdom", "GB"])
def test_country_by_any_of_its_names_completes_a_national_phone(country):
    payload = understand_one({"phone": "020 7946 0958", "country": country}, "BR", None)

    assert payload.phone == "+442079460958"


RIGHT = {"telefone": "(11) 98765-4321", "correo": "ana@mail.example", "nome": "Ana Lima"}


@pytest.mark.parametrize(
    "damaged",
    [
        *({"whatsapp": digits} for digits in ("11 9876-543", "00000000000", "+54 11 98765", "20 98765-4321")),
        *(
            {"celular": digits}
            for digits in ("5,51199E+12", "(11) 9____-____", "12345678901", "119876543210")
        ),
        *({"mobile": text} for text in ("undefined", "{{phone}}", "+55", "0", "1198765432")),
        *({"email": text} for text in ("ana@", "ana@mail", "test@@mail.example", "não tenho", "a@b")),
        *({"full_name": text} for text in ("undefined", "null null", "{{first_name}}", "-", "11987654321")),
    ],
)
@pytest.mark.parametrize("comes", ["first", "last"])
def test_damaged_value_under_a_better_name_does_not_win_over_a_right_one(damaged, comes):
    body = damaged | RIGHT if comes == "first" else RIGHT | damaged

    [payload] = understand(body, "BR")

    assert (payload.name, payload.phone, payload.email) == ("Ana Lima", "+5511987654321", "ana@mail.example")


def test_lone_mobile_without_its_ninth_digit_is_still_the_phone():
    [payload] = understand({"nome": "Ana", "celular": "11 9876-5432"}, "BR")

    assert payload.phone == "+551198765432"


def test_mapping_says_where_parts_of_the_origin_and_the_consent_stand():
    body = {
        "nome": "Ana", "fone": "11987654321", "utm_source": "wrong",
        "c1": "google", "c2": "click-9", "c3": "https://page.example/?utm_term=casa",
        "b1": "Sim", "b2": "não", "newsletter": "yes",
    }  # fmt: skip
    mapping = {"utm_source": "c1", "gclid": "c2", "page_url": "c3", "consent": ["b1", "b2"]}

    [payload] = understand(body, "BR", mapping)

    assert payload.attribution == {
        "utm_source": "google", "gclid": "click-9", "utm_term": "casa",
        "page_url": "https://page.example/?utm_term=casa",
    }  # fmt: skip
    assert {name: box["given"] for name, box in payload.consent.items()} == {"b1": True, "b2": False}
    assert payload.extra == {"utm_source": "wrong", "newsletter": "yes"}


def test_part_of_the_origin_that_does_not_come_where_it_is_mapped_is_inferred():
    body = {"fone": "11987654321", "page": "https://page.example/?gclid=click-8"}

    [payload] = understand(body, "BR", {"gclid": "hidden.gclid", "consent": "box"})

    assert payload.attribution["gclid"] == "click-8"
    assert payload.consent == {}
