"""Whoever serves the client stands in the same body, and is never taken for the client."""

import pytest

from leads.inference import understand

CLIENTS = ({"cliente": "Ana Real", "whats": "51996001001"}, {"nome": "Ana Real", "whats": "51996001001"})
ROLES = (
    *(
        "responsavel",
        "responsable",
        "owner",
        "owner_contact",
        "lead_owner",
        "destinatario",
        "recipient",
        "to",
    ),
    *(
        "gestor",
        "gerente",
        "manager",
        "diretor",
        "supervisor",
        "corretor",
        "vendedor",
        "consultor",
        "captador",
    ),
    *("sdr", "closer", "assigned_to", "atendente", "recepcao", "team_member", "unidade", "loja", "franquia"),
    *("agencia", "parceiro", "imobiliaria"),
)


def person_in(body):
    [payload] = understand(body, "BR")
    return payload.name, payload.phone, payload.email


@pytest.mark.parametrize("role", ROLES)
def test_address_name_and_phone_of_the_office_are_not_the_clients(role):
    office = {"nome": "Rui Prado", "email": "rui@imob.example", "telefone": "51988887777"}
    shapes = (
        {f"{role}_email": office["email"]},
        {f"email_{role}": office["email"]},
        {role: office["email"]},
        {role: "Rui Prado <rui@imob.example>"},
        {role: office},
        {role: [office]},
        {role: {"contact": office}},
        {f"nome_{role}": office["nome"], f"telefone_{role}": office["telefone"]},
    )

    for client in CLIENTS:
        for shape in shapes:
            assert person_in({**client, **shape}) == ("Ana Real", "+5551996001001", ""), shape
            assert person_in({**shape, **client}) == ("Ana Real", "+5551996001001", ""), shape


@pytest.mark.parametrize("role", ["responsavel", "responsable"])
@pytest.mark.parametrize("beside", [{"aluno": {"nome": "Pedro Lima"}}, {"nome_da_crianca": "Pedro Lima"}])
def test_whoever_is_responsible_for_a_child_is_the_client(role, beside):
    parent = {"nome": "Rita Lima", "email": "rita@mail.example", "telefone": "51996001001"}
    flat = {f"{name}_{role}": value for name, value in parent.items()}

    for body in ({**beside, role: parent}, {**beside, **flat}):
        assert person_in(body) == ("Rita Lima", "+5551996001001", "rita@mail.example")


@pytest.mark.parametrize("role", ["responsavel", "gestor"])
def test_whoever_is_responsible_for_a_company_is_the_client_where_nobody_else_is_named(role):
    body = {"empresa": "Padaria Sol", f"nome_{role}": "Eva Nunes", f"email_{role}": "eva@sol.example"}

    assert person_in({**body, "telefone": "51996001001"}) == (
        "Eva Nunes",
        "+5551996001001",
        "eva@sol.example",
    )


@pytest.mark.parametrize("role", ["corretor", "vendedor", "imobiliaria", "gerente", "indicado_por", "owner"])
def test_name_of_the_office_is_not_the_clients_where_no_other_name_came(role):
    for shape in ({role: "Mario Prado"}, {role: {"nome": "Mario Prado"}}, {f"nome_{role}": "Mario Prado"}):
        [payload] = understand({"phone": "51996001001", **shape}, "BR")

        assert payload.name == ""
        assert "Mario Prado" in (payload.creator, *payload.extra.values())


def test_address_of_the_responsible_one_is_not_the_clients_where_another_phone_came():
    body = {"responsavel": {"nome": "Rita Lima", "email": "rita@imob.example"}, "whatsapp": "51996001001"}

    assert person_in(body) == ("Rita Lima", "+5551996001001", "")


@pytest.mark.parametrize(
    ("sent", "email"),
    [
        ({"celular": "11987654321", "empresa_email": "contato@metal.example"}, ""),
        ({"celular": "11987654321", "empresa_email": "rita@metal.example"}, "rita@metal.example"),
        ({"celular": "11987654321", "email": "contato@metal.example"}, "contato@metal.example"),
        ({"empresa_email": "contato@metal.example"}, "contato@metal.example"),
        (
            {
                "celular": "11987654321",
                "empresa_email": "contato@metal.example",
                "email_cliente": "r@m.example",
            },
            "r@m.example",
        ),
    ],
)
def test_mailbox_that_a_company_shares_is_nobodys_who_can_be_reached_otherwise(sent, email):
    [payload] = understand({"nome": "Rita Prado", "empresa": "Metal"} | sent, "BR")

    assert payload.email == email
    assert "empresa_email" in payload.extra or sent.get("empresa_email") in (None, email)
