"""Facts that are told by what they are a part of, by how their names end, and by words of many forms."""

from decimal import Decimal

import pytest

from leads.inference import understand

ANA = {"name": "Ana Paz", "city": "Natal"}


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        ({"mf-listing-fname": "Ana", "mf-listing-lname": "Paz"}, {"name": "Ana Paz"}),
        (
            {"billing_first_name": "Ana", "billing_last_name": "Paz", "shipping_last_name": "Reis"},
            {"name": "Ana Paz"},
        ),
        ({"Nombre y apellidos": "Ana Paz"}, {"name": "Ana Paz"}),
        ({"source": {"type": "owner", "name": "Ben Shaw"}, "who": "Ana Paz"}, {"name": "Ana Paz"}),
        (
            {"from": "Site <noreply@site.example>", "reply_to": "ana@mail.example"},
            {"email": "ana@mail.example"},
        ),
        ({"City": {"Name": "Natal"}}, {"city": "Natal"}),
        ({"ask_city": {"inbound": {"Body": "Natal"}}}, {"city": "Natal", "message": ""}),
        ({"Cidade do imóvel": "Natal", "Imóvel": "Casa"}, {"city": "Natal", "product": "Casa"}),
        ({"comuna": "Ñuñoa"}, {"city": "Ñuñoa"}),
        ({"rows": [{"q": "Cidade", "a": "Natal"}, {"q": "Nome", "a": "Ana Paz"}]}, {"city": "Natal"}),
        (
            {"f": [{"field_label": "Town", "field_value": "Bath", "field_key": "d-3", "field_type": "text"}]},
            {"city": "Bath"},
        ),
        ({"f": [{"label": "Nome", "key": "k1", "data": {"value": "Ana Paz"}}]}, {"name": "Ana Paz"}),
        (
            {"NmCli": "Ana Paz", "CidCli": "Natal", "VlrImovel": "350000"},
            {"name": "Ana Paz", "city": "Natal"},
        ),
        ({"OrigemLead": "Portal Y"}, {"name": "", "attribution": {"origin": "Portal Y"}}),
        ({"primary_driver": {"name": "Ana Paz"}, "insurer": {"name": "Rui Reis"}}, {"name": "Ana Paz"}),
        ({"hidden": "a***@mail.example", "email": "ana@mail.example"}, {"email": "ana@mail.example"}),
        (
            {"blocks": [{"text": "*Name:*\nAna Paz"}, {"text": "*City:*\nNatal"}, {"text": "*Phone:*\n1"}]},
            ANA,
        ),
        ({"destino": {"cidade": "Rio"}, "cidade_origem": "Natal"}, {"city": "Natal"}),
        ({"practice_town": "Leeds"}, {"city": ""}),
        ({"event": {"name": "Ana Paz", "mail": "a@mail.example", "city": "Natal"}}, ANA),
        ({"event": {"name": "Expo", "city": "Rio"}}, {"city": ""}),
        ({"dealer": {"name": "Auto Sul", "location": {"town": "Leeds"}}}, {"city": ""}),
        ({"nome": "Ana Paz", "address": {"name": "Filial Norte", "city_name": "Londrina"}}, {"city": ""}),
        ({"nome": "Ana Paz", "address": {"name": "Ana Paz", "city": "Natal"}}, ANA),
        ({"empresa": {"nome": "Metal Sul", "cidade": "Natal"}}, {"city": "Natal"}),
        ({"location": "integrations:google:meet"}, {"city": ""}),
        ({"listing_state": "RN", "listing_contact_name": "Rui Reis"}, {"product": ""}),
        ({"txtAssunto": "Frota", "txtMsg": "São 14 caminhões"}, {"message": "Frota\n\nSão 14 caminhões"}),
        ({"phones": [{"description": "MOBILE", "number": "11987654321"}]}, {"message": ""}),
        ({"custom": [{"FieldKey": "f-1", "StringValue": "Feira 2026"}]}, {"value": None}),
        ({"slots": [{"id": "tel", "state": "FILLED", "value": "+55 11 98765-4321"}]}, {"value": None}),
        ({"affiliations": [{"name": "Rui", "value": 10}], "total_value": 1497}, {"value": Decimal(1497)}),
        ({"leadPrice": "$42.10", "budget": "900"}, {"value": Decimal(900)}),
        ({"grand_total": "1299.00"}, {"value": Decimal("1299.00")}),
        ({"What's the most you'd like to spend?": "450,000"}, {"value": Decimal(450000)}),
    ],
)
def test_facts_are_told_by_what_they_are_a_part_of_and_by_how_their_names_end(sent, facts):
    [payload] = understand({**sent, "fone": "11987654321"}, "BR")

    assert {name: getattr(payload, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("bot", "client"),
    [
        ({"de": "bot", "texto": "Oi! Como posso te chamar?"}, {"de": "lead", "texto": "Tem piscina?"}),
        (
            {"type": "agent", "message": "Claro! Me passa seu contato?"},
            {"type": "visitor", "message": "Tem piscina?"},
        ),
        (
            {"role": "assistant", "content": "Hello, how may I help?"},
            {"role": "user", "content": "Tem piscina?"},
        ),
        (
            {"sentBy": {"name": "Rui", "type": "agent"}, "body": "Olá, em que posso ajudar?"},
            {"sentBy": {"type": "contact"}, "body": "Tem piscina?"},
        ),
    ],
)
def test_message_of_a_talk_is_what_the_client_said(bot, client):
    for talk in ([bot, client], [client, bot, bot]):
        [payload] = understand({"fone": "11987654321", "conversa": talk}, "BR")

        assert payload.message == "Tem piscina?"


def test_message_to_whoever_serves_is_the_clients():
    [payload] = understand({"fone": "11987654321", "mensagem para o corretor": "Ligue à tarde"}, "BR")

    assert payload.message == "Ligue à tarde"


def test_number_of_a_box_is_no_consent():
    box = {"consentId": 1, "accepted": False}

    [payload] = understand({"fone": "11987654321", "boxes": [box]}, "BR")

    assert [box["given"] for box in payload.consent.values()] == [False]


def test_refusal_of_a_question_about_consent_is_written_down():
    [payload] = understand({"¿Autoriza el uso de sus datos?": "No", "cel": "11987654321"}, "BR")

    assert [box["given"] for box in payload.consent.values()] == [False]


def test_box_that_is_a_consent_by_its_type_alone_is_one():
    [payload] = understand({"f": [{"name": "105", "type": "gdpr-checkbox", "value": "I consent"}]}, "BR")

    assert [box["given"] for box in payload.consent.values()] == [True]


@pytest.mark.parametrize(
    ("home", "phone", "state", "zip_code", "expected"),
    [
        ("MX", "33 1234 5678", "CO", "25000", "+523312345678"),
        ("ES", "612 345 678", "CA", "11001", "+34612345678"),
        ("BR", "91 98765-4321", "PA", "66000", "+5591987654321"),
        ("BR", "(48) 3222-4321", "SC", "88010", "+554832224321"),
        ("BR", "4046639127", "GA", "30305", "+14046639127"),
    ],
)
def test_address_is_american_where_the_postcode_is_of_the_state(home, phone, state, zip_code, expected):
    [payload] = understand({"name": "Ana Paz", "phone": phone, "state": state, "zip": zip_code}, home)

    assert payload.phone == expected


def test_value_of_a_lead_is_what_it_may_bring_and_its_price_is_not():
    [payload] = understand({"name": "Ana Paz", "lead_value": 5000, "lead_price": 42}, "BR")

    assert payload.value == 5000


def test_name_beside_the_same_email_sent_again_is_the_persons():
    email = "ax@mail.example"
    body = {"email": email, "name": "Landing Bosque", "answers": {"name": "Ana Paz", "email": email}}
    [payload] = understand(body, "BR")

    assert payload.name == "Ana Paz"
