"""What people mean beside what they type: thousands left unsaid, asides, loose answers."""

import pytest

from agent.tests.circumstances import Chat


@pytest.mark.parametrize(
    ("domain", "country", "bursts", "budget"),
    [
        ("real_estate", "BR", [["quero comprar uma casa em Bauru"], ["temos 720"]], (720_000, 720_000)),
        ("real_estate", "BR", [["uns 300 e pouco pra gastar"], ["pra comprar"]], (300_000, 300_000)),
        ("real_estate", "US", [["looking to buy a condo"], ["up to 410"]], (None, 410_000)),
        ("real_estate", "BR", [["quero alugar um ap"], ["até 950"]], (None, 950)),
        ("cars", "BR", [["quero um Polo"], ["até 72 contos"]], (None, 72_000)),
        ("cars", "GB", [["after a used Yaris"], ["about 8"]], None),
        ("cars", "US", [["I want a Camry"], ["$700 a month max"]], (None, 700)),
    ],
)
def test_an_amount_too_small_for_what_is_bought_means_thousands(domain, country, bursts, budget):
    known = Chat(domain, country).play(bursts).values.get("budget")

    assert (known and (known["min"], known["max"])) == budget


@pytest.mark.parametrize(
    ("country", "text", "budget"),
    [
        ("BR", "quero comprar, até 500 mil, ou melhor, consigo chegar em 540", (None, 540_000)),
        ("BR", "quero comprar, tenho 310 mil. falei errado, são 330", (330_000, 330_000)),
        ("MX", "quiero comprar, 900 mil pesos... dije mal, son 950", (950_000, 950_000)),
        ("US", "want to buy, 280k. hold on I had that wrong, it is 290", (290_000, 290_000)),
    ],
)
def test_a_correction_may_take_a_few_words_to_come_to_the_figure(country, text, budget):
    known = Chat("real_estate", country).play([[text]]).values["budget"]

    assert (known["min"], known["max"]) == budget


def test_what_is_given_in_trade_is_not_what_is_wanted():
    chat = Chat("real_estate").play([["procuro uma chácara pra comprar", "dou meu apartamento na permuta"]])

    assert chat.values["property_type"] == "farm"


def test_the_size_of_a_plot_is_no_count_of_rooms():
    chat = Chat("real_estate").play([["vendo um terreno de 10x25 q herdei em Bauru"]])

    assert "bedrooms" not in chat.values


@pytest.mark.parametrize(
    ("domain", "country", "text", "slot", "value"),
    [
        ("education", "BR", "é presencial ou ead? eu só posso ead", "modality", "online"),
        ("education", "MX", "¿en línea o presencial? presencial es mejor para mí", "modality", "onsite"),
        ("cars", "US", "manual or auto? automatic preferably", "transmission", "automatic"),
    ],
)
def test_an_alternative_is_settled_by_the_favoured_option(domain, country, text, slot, value):
    assert Chat(domain, country).play([[text]]).values[slot] == value


@pytest.mark.parametrize(
    "answer",
    [
        "Fabrício Nunes fabricio.nunes@example.com",
        "fabrício nunes, 11 98888-7766",
        "é o fabrício nunes",
        "Fabrício Nunes mesmo",
    ],
)
def test_a_name_is_read_beside_contacts_and_small_words(answer):
    chat = Chat("solar").play([["energia solar pra minha casa em Campinas, conta de 300"], [answer]])

    assert chat.values["name"] == "Fabrício Nunes"


def test_a_name_that_is_an_everyday_word_needs_a_sentence_of_its_own():
    chat = Chat("solar").play([["gasto uns 700 de luz"], ["clara"]])

    assert chat.values["name"] == "Clara"
    assert Chat("solar").play([["pago 700 reais de luz"]]).values.get("name") is None


@pytest.mark.parametrize(
    ("bursts", "company"),
    [
        ([["temos uma oficina mecânica, Motor Certo", "queremos controlar estoque"]], "Motor Certo"),
        ([["falo do grupo Aroeira, precisamos de crm"]], "grupo Aroeira"),
        ([["quero um crm"], ["Ramalho Veículos"]], "Ramalho Veículos"),
        ([["quero um crm"], ["somos uma empresa pequena"]], None),
    ],
)
def test_companies_are_known_by_the_company_they_keep(bursts, company):
    assert Chat("b2b_software").play(bursts).values.get("company") == company


@pytest.mark.parametrize(
    ("country", "bursts", "tool"),
    [
        ("BR", [["preciso de um crm"], ["planilha msm kkk"]], "planilha"),
        ("ES", [["busco un programa de facturación"], ["ahora con contaplus"]], "contaplus"),
        ("BR", [["preciso de um crm"], ["uso meu nome mesmo"]], None),
    ],
)
def test_the_tool_in_use_is_read_alone_or_beside_its_cue(country, bursts, tool):
    assert Chat("b2b_software", country).play(bursts).values.get("current_tool") == tool


def test_a_renewal_is_the_day_beside_its_cue():
    chat = Chat("insurance").play([["seguro do meu Onix"], ["hoje pago na concorrente, renova em 20/07"]])

    assert chat.values["renewal_date"] == "2026-07-20"


def test_a_second_city_needs_more_than_a_preposition():
    chat = Chat("insurance").play([["seguro do meu Onix, moro em Bauru"], ["pago caro na Azulita"]])

    assert chat.values["city"] == "Bauru"


def test_a_model_that_is_a_city_is_the_city_once_only_the_city_is_missing():
    chat = Chat("cars", "US").play([["I want a Civic"], ["up to 20k"], ["Tucson AZ"]])

    assert (chat.values["model"], chat.values["city"]) == ("Civic", "Tucson AZ")


def test_a_brand_keeps_the_model_that_follows_it():
    chat = Chat("insurance", "AR").play([["seguro para mi Honda Navi"]])

    assert "Honda Navi" in chat.values["insured_object"]


def test_a_course_keeps_its_whole_title():
    chat = Chat("education").play([["queria o curso técnico em edificações"]])

    assert "edificações" in chat.values["course"]


def test_a_slip_in_a_unit_is_forgiven():
    assert Chat("real_estate").play([["casa com 4 quatros"], ["3 quartus"]]).values["bedrooms"] == 3


@pytest.mark.parametrize(
    ("country", "answer", "name"),
    [
        ("BR", "Wilson e minha esposa Tereza", "Wilson"),
        ("US", "Carl and Denise Fowler", "Carl"),
        ("ES", "Begoña y mi marido", "Begoña"),
        ("BR", "Antônio da Costa e Silva", "Antônio da Costa e Silva"),
    ],
)
def test_of_two_people_the_first_one_writes(country, answer, name):
    chat = Chat("real_estate", country).play(
        [["Quero comprar até 500 mil no Centro"], ["até 500 mil"], [answer]]
    )

    assert chat.values["name"] == name


@pytest.mark.parametrize(
    ("country", "city"),
    [("BR", "Mossoró RN"), ("US", "Fargo ND"), ("BR", "Mossoró - RN"), ("BR", "Mossoró mesmo")],
)
def test_a_city_may_bring_its_state_along(country, city):
    chat = Chat("cars", country).play([["Civic"], ["até 90 mil"], [city]])

    assert chat.values["city"].split()[0] == city.split()[0]


def test_of_two_options_the_one_said_again_counts():
    chat = Chat("education").play([["presencial ou online? acho que online vai ser"]])

    assert chat.values["modality"] == "online"


@pytest.mark.parametrize(
    ("country", "text", "people"),
    [
        ("BR", "eu, meu marido e um bebê", 3),
        ("ES", "mi pareja y yo y nuestra hija", 3),
        ("US", "me and my son", 2),
    ],
)
def test_a_family_is_counted(country, text, people):
    chat = Chat("insurance", country).play([["seguro saúde / seguro de salud / health insurance"], [text]])

    assert chat.values["people"] == people


def test_a_verb_left_beside_a_month_is_no_answer():
    chat = Chat("education", "AR").play([["hola, quiero estudiar"], ["empezaría en marzo"]])

    assert "course" not in chat.values


@pytest.mark.parametrize(
    ("country", "text", "ceiling"),
    [
        ("BR", "o máximo que consigo é 640 mil", 640_000),
        ("MX", "lo más que puedo son 2 millones", 2_000_000),
        ("US", "the most we can do is 350k", 350_000),
    ],
)
def test_the_most_one_can_do_is_a_ceiling(country, text, ceiling):
    known = (
        Chat("real_estate", country)
        .play([["quero comprar / quiero comprar / to buy"], [text]])
        .values["budget"]
    )

    assert (known["min"], known["max"]) == (None, ceiling)


@pytest.mark.parametrize(
    ("country", "city"),
    [
        ("MX", "Celaya, Guanajuato"),
        ("US", "Athens, Georgia"),
        ("BR", "Olinda, Pernambuco"),
        ("US", "Reno Nevada"),
    ],
)
def test_a_region_said_after_the_city_is_no_name(country, city):
    chat = Chat("cars", country).play([["Civic"], ["90 mil / 90k"], [city]])

    assert str(chat.values["city"]).startswith(city.split(",")[0].split()[0])
    assert "name" not in chat.values


def test_a_quarter_may_be_called_after_a_kind_of_house():
    chat = Chat("real_estate", "AR").play([["quiero alquilar un depto en Villa Urquiza"]])

    assert (chat.values["location"], chat.values["property_type"]) == ("Villa Urquiza", "apartment")


@pytest.mark.parametrize(
    ("domain", "country", "text", "slot"),
    [
        ("education", "US", "is it hybrid or completely online?", "modality"),
        ("cars", "BR", "vocês têm manual ou só automático?", "transmission"),
    ],
)
def test_options_that_are_asked_about_are_not_chosen(domain, country, text, slot):
    assert slot not in Chat(domain, country).play([[text]]).values


def test_tomorrow_in_the_afternoon_is_not_the_morning():
    assert Chat("clinic", "ES").play([["cita mañana por la tarde"]]).values["preferred_shift"] == "afternoon"


@pytest.mark.parametrize(
    ("text", "name", "city"),
    [("moro em betim, joao dias", "Joao Dias", "betim"), ("SOU DE BETIM. JOAO DIAS", "Joao Dias", "BETIM")],
)
def test_surnames_may_be_everyday_words_after_a_given_name(text, name, city):
    chat = Chat("cars").play([["quero um gol até 30 mil"], [text]])

    assert (chat.values["name"], chat.values["city"]) == (name, city)


@pytest.mark.parametrize(
    ("country", "text", "company"),
    [
        ("US", "hi im from ironbark roofing. we need invoicing", "ironbark roofing"),
        ("BR", "somos a padaria bom dia, precisamos controlar estoque", "padaria bom dia"),
        ("US", "we need project management software", None),
    ],
)
def test_companies_in_one_case_need_a_sign(country, text, company):
    assert Chat("b2b_software", country).play([[text]]).values.get("company") == company
