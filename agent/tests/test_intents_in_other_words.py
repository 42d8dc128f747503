"""Wishes, scolding and side talk in many words; and the same words where they mean something else."""

import pytest

from agent import intents
from agent.tests.circumstances import Chat

PERSON = [
    "quero um vendedor",
    "não tem um ser humano aí não?",
    "tem algum atendente online?",
    "vocês têm um número que eu possa ligar?",
    "tem como um de vocês entrar em contato comigo?",
    "cansei dessa conversa com robô, me bota com alguém",
    "só falo com gente",
    "chama seu supervisor",
    "pode pedir pra Carla me responder?",
    "hay algún humano por ahí?",
    "pásame a tu jefe",
    "con quién puedo hablar por teléfono?",
    "no quiero seguir con la máquina",
    "me pueden marcar por favor",
    "can I get a human",
    "no bots, give me someone real",
    "not answering a bot, sorry",
    "do you have a number I can call?",
    "could somebody from your office ring us",
]
ANGER = [
    "que atendimento horroroso",
    "tô de saco cheio de vocês",
    "vou entrar na justiça",
    "são uns mentirosos",
    "que falta de profissionalismo",
    "me están viendo la cara",
    "qué servicio tan malo",
    "me tienen podrido",
    "you lot are hopeless",
    "this is absolutely unacceptable",
    "you wasted my time",
]
OTHERS = [
    "our current software is garbage",
    "nuestro software actual es una basura",
    "o sistema que usamos é uma porcaria",
    "my landlord is useless so I want to buy",
    "minha conta de luz é um roubo",
    "mi aseguradora actual es pésima, una estafa",
]
NO_PERSON = [
    "mi esposo es asesor",
    "sou atendente",
    "somos una empresa de agentes de ventas",
    "quem é o consultor que faz a visita?",
    "um sistema para os nossos vendedores",
    "the house is for one person",
    "I'm a sales manager",
]


@pytest.mark.parametrize("text", PERSON)
def test_a_wish_for_a_person_is_heard(text):
    assert intents.found("ask_human", text)


@pytest.mark.parametrize("text", NO_PERSON)
def test_people_who_are_only_spoken_of_are_no_wish(text):
    assert not intents.found("ask_human", text)


@pytest.mark.parametrize("text", ANGER)
def test_anger_at_us_is_heard(text):
    assert intents.is_angry([text])


@pytest.mark.parametrize("text", OTHERS)
def test_anger_at_somebody_else_is_not_about_us(text):
    assert not intents.is_angry([text])


@pytest.mark.parametrize("text", ["zona oeste, puede ser Morón", "lá pra banda de Messejana"])
def test_names_of_places_are_no_insults(text):
    assert not intents.is_angry([text])


def test_who_leaves_another_insurer_is_no_unhappy_client_of_ours():
    reply = Chat("insurance").say("quero cancelar o seguro que tenho em outra seguradora e fazer com vocês")

    assert not reply.handoff


@pytest.mark.parametrize(
    ("domain", "bursts"),
    [
        ("insurance", ["boa tarde, já sou segurada de vocês", "preciso da 2a via do boleto que não chegou"]),
        ("b2b_software", ["já somos clientes de vocês", "podem resetar a senha do meu funcionário?"]),
        ("education", ["sou aluna do 3º semestre", "preciso do meu histórico escolar, onde peço?"]),
        ("insurance", ["I'm already a customer of yours, I need a copy of my policy"]),
    ],
)
def test_a_client_of_ours_who_needs_support_gets_a_person(domain, bursts):
    chat = Chat(domain).play([[text] for text in bursts])

    assert (chat.last.proposal, chat.last.handoff_reason) == ("needs_human", "out_of_scope")
    assert not any("?" in text for text in chat.spoken)


@pytest.mark.parametrize(
    ("domain", "text", "is_job"),
    [
        ("real_estate", "tem vaga para barco?", False),
        ("clinic", "tem vaga pra amanhã?", False),
        ("real_estate", "tem vaga de visitante?", False),
        ("clinic", "tem vaga para recepcionista?", True),
        ("cars", "tem vaga de emprego aí?", True),
    ],
)
def test_a_place_to_park_is_no_place_to_work(domain, text, is_job):
    assert (Chat(domain).say(text).proposal == "disqualified") is is_job


def test_a_name_that_cries_for_help_is_a_name():
    chat = Chat("solar").play([["energia solar pra minha casa própria em Teresina, conta de 500"]])

    chat.say("Socorro Lima")

    assert chat.values["name"] == "Socorro Lima"
    assert chat.last.handoff_reason == "qualified"


def test_who_offers_us_services_is_no_client():
    chat = Chat("b2b_software", "MX").play(
        [["Hola, somos una consultora de SEO"], ["les ofrecemos posicionar su página"]]
    )

    assert chat.last.proposal == "disqualified"


@pytest.mark.parametrize(
    "text",
    [
        "preciso de socorro, meu pai caiu",
        "gente socorro",
        "preciso de socorro agora",
        "socorro",
        "meu deus socorro!",
        "socorro meu filho não acorda",
        "por favor, chama socorro",
        "necesito socorro ya",
        "auxilio, socorro!",
    ],
)
def test_a_cry_for_help_brings_a_person_at_once(text):
    reply = Chat("real_estate").say(text)

    assert (reply.proposal, reply.handoff_reason) == ("needs_human", "sensitive")


@pytest.mark.parametrize(
    "text",
    [
        "sou a Maria do Socorro",
        "meu nome é Socorro",
        "moro em Socorro, SP",
        "Nossa Senhora do Socorro",
        "o seguro tem socorro mecânico?",
        "cobre socorro 24h?",
        "fica perto do pronto socorro?",
        "não preciso de socorro",
    ],
)
def test_names_and_services_that_hold_the_cry_are_no_emergency(text):
    assert not intents.found("emergency", text)


@pytest.mark.parametrize(
    "text",
    [
        "que atendimento horrível, outra vez!",
        "péssimo atendimento, outra vez ninguém veio",
        "pésima atención, otra vez lo mismo",
        "terrible service, yet another day waiting",
        "essa imobiliária é um lixo, o corretor anterior sumiu",
        "quero meu dinheiro de volta, outro mês cobrado no banco",
        "I want a refund, another month charged to my bank",
        "outro dia perdido, isso é uma vergonha, um lixo",
        "this agency is garbage, another time nobody came",
        "esta clínica é um lixo, a outra médica nem apareceu",
        "meu advogado vai falar com o banco",
        "una estafa, otro mes sin respuesta",
        "isso aqui é um lixo, paguei no banco e nada",
    ],
)
def test_anger_is_heard_through_everyday_words(text):
    assert intents.is_angry([text])


@pytest.mark.parametrize(
    "text",
    [
        "a outra imobiliária é um lixo",
        "my old insurer had terrible service",
        "o sistema atual é uma porcaria",
        "the other dealership ripped me off",
        "mi banco es una estafa",
        "meu plano atual é um lixo",
    ],
)
def test_scolding_another_company_is_not_about_us(text):
    assert not intents.is_angry([text])


@pytest.mark.parametrize(
    ("text", "angry"),
    [
        ("Para evitar perda de tempo: até 400 mil", False),
        ("não quero perda de tempo, meu orçamento é 500 mil", False),
        ("sem perda de tempo, por favor", False),
        ("para evitar pérdida de tiempo, mi tope es 400 mil", False),
        ("no quiero que haya pérdida de tiempo", False),
        ("vou na justiça federal", False),
        ("sou oficial de justiça, vou à justiça todo dia", False),
        ("trabalho perto da justiça do trabalho", False),
        ("isso é uma perda de tempo", True),
        ("que perda de tempo!", True),
        ("vocês são uma perda de tempo", True),
        ("esto es una pérdida de tiempo", True),
        ("vou na justiça contra vocês", True),
        ("vou entrar na justiça", True),
        ("vou acionar a justiça", True),
        ("vou processar vocês", True),
    ],
)
def test_time_and_justice_are_anger_only_as_a_reproach_or_threat(text, angry):
    assert intents.is_angry([text]) is angry


def test_a_wish_to_save_time_keeps_the_budget():
    chat = Chat("real_estate").play([["quero comprar um apartamento em Moema"]])

    chat.say("não quero perda de tempo, meu orçamento é 500 mil")

    assert chat.values["budget"]["max"] == 500_000
    assert not chat.last.handoff


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        ("já sou aluno da USP", False),
        ("já sou cliente do banco X", False),
        ("ya soy cliente de Movistar", False),
        ("ya soy alumna del Tec", False),
        ("I'm a second-year student at NYU", False),
        ("I'm an existing customer of Verizon", False),
        ("sou aluno do 3º semestre da USP", False),
        ("já sou cliente", True),
        ("já sou cliente de vocês", True),
        ("já sou aluna daqui", True),
        ("já sou cliente e preciso da segunda via", True),
        ("sou aluna do 3º semestre", True),
        ("ya soy cliente de ustedes", True),
        ("ya soy cliente, necesito ayuda", True),
        ("I'm a second-year student", True),
        ("I'm an existing customer with you", True),
    ],
)
def test_clients_of_other_companies_are_not_ours(text, is_ours):
    assert bool(intents.found("own_client", text)) is is_ours
