import pytest

from agent.parsers import choices, emails, integers, phones, sensitive, spelling, texts, yes_no
from agent.tests.circumstances import context_in, playbook_of

GOAL = playbook_of("real_estate").question("goal")
KIND = playbook_of("real_estate").question("property_type")
BEDROOMS = playbook_of("real_estate").question("bedrooms")
OWNERSHIP = playbook_of("solar").question("ownership")
TEAM = playbook_of("b2b_software").question("team_size")
PEOPLE = playbook_of("insurance").question("people")
COURSE = playbook_of("education").question("course")
TRADE_IN = playbook_of("cars").question("trade_in")
MODEL = playbook_of("cars").question("model")
TRANSMISSION = playbook_of("cars").question("transmission")


@pytest.mark.parametrize(
    ("question", "language", "text", "keys"),
    [
        (GOAL, "pt-BR", "quero comprar", ["buy"]),
        (GOAL, "es", "busco en alquiler", ["rent"]),
        (GOAL, "en", "thinking of selling my house", ["sell"]),
        (GOAL, "pt-BR", "desisti de alugar, vou comprar", ["buy"]),
        (GOAL, "en", "we want to buy instead of renting", ["buy"]),
        (KIND, "pt-BR", "um apartamneto", ["apartment"]),
        (KIND, "pt-BR", "não quero casa", []),
        (OWNERSHIP, "pt-BR", "dono", ["owner"]),
        (OWNERSHIP, "pt-BR", "é alugado mas o dono deixa", ["tenant", "tenant"]),
        (TRANSMISSION, "pt-BR", "n pode ser manual", ["automatic"]),
    ],
)
def test_choices_affirmed_by_the_client_are_found(question, language, text, keys):
    assert [item.value for item in choices.parse(text, context_in("BR"), language, question)] == keys


def test_choices_joined_by_or_settle_nothing():
    text = "pode ser casa ou apartamento?"

    assert choices.is_open_alternative(text, choices.parse(text, context_in("BR"), "pt-BR", KIND))


@pytest.mark.parametrize(
    ("question", "text", "count"),
    [
        (BEDROOMS, "3 dorms", 3),
        (BEDROOMS, "two-bedroom", 2),
        (BEDROOMS, "2br", 2),
        (BEDROOMS, "2 ou 3 quartos", 2),
        (BEDROOMS, "un cuarto", 1),
        (TEAM, "somos em 14", 14),
        (TEAM, "a team of about 30", 30),
        (TEAM, "22 motoristas", 22),
        (TEAM, "uma equipe de vinte", 20),
        (PEOPLE, "eu, minha esposa e 2 filhos", 4),
        (PEOPLE, "2 adults and a child", 3),
        (PEOPLE, "solo yo", 1),
    ],
)
def test_integers_beside_their_unit_are_explicit(question, text, count):
    found = integers.parse(text, context_in("BR"), "", question)

    assert [item.value for item in found if item.explicit] == [count]


@pytest.mark.parametrize("text", ["rua 7 de setembro", "apartamento 302", "HB20 2021"])
def test_integers_elsewhere_are_never_explicit(text):
    assert not [item for item in integers.parse(text, context_in("BR"), "", BEDROOMS) if item.explicit]


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("BR", "meu zap é 11 98765-4321", "+5511987654321"),
        ("BR", "(51) 3222-1100", "+555132221100"),
        ("MX", "llámame al 55 1234 5678", "+525512345678"),
        ("US", "call 312-555-0142", "+13125550142"),
        ("GB", "07700 900123", "+447700900123"),
        ("BR", "+351 912 345 678", "+351912345678"),
    ],
)
def test_phones_are_written_in_e164(country, text, number):
    assert [item.value for item in phones.parse(text, context_in(country), "")] == [number]


@pytest.mark.parametrize("text", ["350.000 reais", "ano 2022", "12 parcelas de 900", "R$ 1.250.000"])
def test_phones_are_not_seen_in_other_figures(text):
    assert phones.parse(text, context_in("BR"), "") == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("é Bia.Lopes+casa@Exemplo.com.br, ok?", "bia.lopes+casa@exemplo.com.br"),
        ("rui arroba exemplo ponto com", "rui@exemplo.com"),
    ],
)
def test_emails_are_lower_case_and_complete(text, address):
    assert [item.value for item in emails.parse(text, context_in("BR"), "")] == [address]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("cartão 5555 5555 5555 4444 val 11/29 cvv 321", "cartão [card] val [expiry] cvv [cvv]"),
        ("meu CPF é 529.982.247-25", "meu CPF é [cpf]"),
        ("CNPJ 11.222.333/0001-81", "CNPJ [cnpj]"),
        ("ssn 078-05-1120", "ssn [ssn]"),
        ("meu whats é 11987654321", "meu whats é 11987654321"),
    ],
)
def test_sensitive_numbers_are_masked_by_kind(text, masked):
    assert sensitive.mask_sensitive(text) == masked


def test_texts_join_known_terms_and_their_complement():
    found = texts.parse(
        "queria info do MBA em gestão de pessoas por favor", context_in("BR"), "pt-BR", COURSE
    )

    assert found[0].value == "MBA em gestão de pessoas"


def test_texts_that_need_a_cue_are_told_from_the_wish():
    text = "tenho um Palio 2011 pra dar na troca, quero um Argo"

    assert [item.value for item in texts.known(text, "pt-BR", TRADE_IN)] == ["Palio 2011"]
    assert "Argo" in [item.value for item in texts.known(text, "pt-BR", MODEL)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("sim, isso mesmo", True), ("nope", False), ("claro que sí", True), ("ainda não", False)],
)
def test_yes_and_no_are_understood_in_three_languages(text, value):
    assert [item.value for item in yes_no.parse(text, context_in("BR"), "")] == [value]


def test_spelling_forgives_one_slip_in_long_words_only():
    assert spelling.is_slip("financiameto", "financiamento")
    assert spelling.is_slip("alguar", "alugar")
    assert not spelling.is_slip("cama", "casa")
