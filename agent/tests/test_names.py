import pytest

from agent.parsers import names, organisations, places
from agent.tests.circumstances import context_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("me chamo Beatriz Nogueira e quero ver um apê", "Beatriz Nogueira"),
        ("meu nome é joão victor", "João Victor"),
        ("SOU O TIAGO", "Tiago"),
        ("aqui é a Dona Lurdes", "Lurdes"),
        ("Marcela aqui", "Marcela"),
        ("mi nombre es Ximena Ortega", "Ximena Ortega"),
        ("soy Ramiro, de Córdoba", "Ramiro"),
        ("te escribe Lautaro", "Lautaro"),
        ("hi, my name's Siobhan O'Brien", "Siobhan O'Brien"),
        ("I'm Kwame, looking for a flat", "Kwame"),
        ("It's Dana Whitlock", "Dana Whitlock"),
        ("this is Pawel from Leeds", "Pawel"),
    ],
)
def test_names_that_are_introduced_are_read(text, name):
    assert [item.value for item in names.parse(text, context_in("BR"), "")][:1] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "minha filha se chama Sofia",
        "o nome do meu marido é Otávio",
        "my wife's name is Carol",
        "falei com a Paula ontem",
        "sou dentista",
        "sou de Recife",
        "soy propietario",
        "I'm looking for a house",
        "I'm interested",
        "está no meu nome",
    ],
)
def test_names_of_others_and_mere_words_are_not_the_clients(text):
    assert names.parse(text, context_in("BR"), "") == []


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("Ubirajara", "Ubirajara"),
        ("zuleica", "Zuleica"),
        ("Ana de Souza Lima 😊", "Ana de Souza Lima"),
        ("Héctor Luna, para servirle", "Héctor Luna"),
    ],
)
def test_names_as_bare_answers_may_be_unknown(answer, name):
    assert names.bare(answer, context_in("BR"), pending=True).value == name


@pytest.mark.parametrize(
    "answer", ["quanto custa", "bom dia", "pode ser", "sem pressa", "quinhentos", "START", "voltar"]
)
def test_names_are_not_made_of_everyday_words(answer):
    assert names.bare(answer, context_in("BR"), pending=True) is None


@pytest.mark.parametrize(
    ("country", "text", "place"),
    [
        ("BR", "procuro casa em Santa Felicidade, Curitiba", "Santa Felicidade, Curitiba"),
        ("BR", "moro em feira de santana", "feira de santana"),
        ("BR", "QUERO ALUGAR NO TATUAPÉ", "TATUAPÉ"),
        ("BR", "sou de Uberlândia - MG", "Uberlândia - MG"),
        ("AR", "departamento en Villa Urquiza", "Villa Urquiza"),
        ("MX", "vivo en la Narvarte", "Narvarte"),
        ("US", "a condo near downtown Tampa", "downtown Tampa"),
        ("GB", "2-bed flat in Hackney", "Hackney"),
    ],
)
def test_places_are_read_from_cues_and_from_what_the_country_knows(country, text, place):
    assert [item.value for item in places.parse(text, context_in(country), "")] == [place]


@pytest.mark.parametrize(
    "text", ["pago em dinheiro", "en efectivo", "em breve", "código de barras", "in cash"]
)
def test_places_in_turns_of_phrase_are_not_places(text):
    assert places.parse(text, context_in("BR"), "") == []


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("falo da Construtora Pedra Alta", "Construtora Pedra Alta"),
        ("we are Kestrel Freight Ltd", "Kestrel Freight Ltd"),
        ("padaria bela massa", "padaria bela massa"),
        ("Brightwater Labs, 20 people", "Brightwater Labs"),
        ("minha loja é a Iguatemi Sul, 6 vendedores", "Iguatemi Sul"),
        ("nossa empresa eh a Vidalog", "Vidalog"),
        ("mi empresa es Altavista", "Altavista"),
        ("our firm is Quillfeather", "Quillfeather"),
    ],
)
def test_organisations_are_known_by_what_they_call_themselves(text, company):
    assert [item.value for item in organisations.parse(text)] == [company]


@pytest.mark.parametrize(
    "text",
    [
        "nossa empresa é pequena",
        "minha clínica é em Curitiba",
        "my company is Canadian",
        "mi negocio es bueno",
    ],
)
def test_what_a_company_is_like_is_not_its_name(text):
    assert organisations.parse(text) == []
