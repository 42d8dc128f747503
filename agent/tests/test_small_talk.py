"""What a colleague answers in a word: how are you, are you there, is this honest, may we write."""

import pytest

from agent import intents
from agent.models import PlaybookVersion
from agent.playbook_library import load_library
from agent.playbooks import content_of
from agent.tests.circumstances import Chat


@pytest.mark.parametrize(
    ("country", "text", "answer"),
    [
        ("BR", "tudo bem?", "Tudo"),
        ("BR", "e aí?", "Tudo"),
        ("BR", "tá aí?", "por aqui|aqui sim"),
        ("BR", "alô", "por aqui|aqui sim"),
        ("BR", "isso é golpe?", "Não peço senha"),
        ("BR", "sou surdo, pode ser só por texto?", "por mensagem"),
        ("BR", "qual o seu nome?", "Meu nome é"),
        ("MX", "¿cómo te llamas?", "Me llamo"),
        ("US", "what's your name?", "My name is"),
        ("MX", "hola, qué tal?", "Todo bien|Muy bien"),
        ("MX", "¿sigues ahí?", "quí"),
        ("MX", "¿es una estafa?", "no pido"),
        ("US", "how are you?", "Doing well|All good"),
        ("US", "hello??", "here"),
        ("US", "is this a scam", "never ask"),
        ("US", "please don't call me, text only", "keep to messages"),
    ],
)
def test_small_talk_is_answered_and_the_question_asked_again(country, text, answer):
    chat = Chat("cars", country).play([["oi" if country == "BR" else "hola" if country == "MX" else "hi"]])
    reply = chat.say(text)

    assert any(part in " ".join(reply.messages) for part in answer.split("|"))
    assert reply.messages[-1].endswith(("?", "."))
    assert (reply.proposal, reply.updates, reply.unanswered) == ("qualifying", [], [])
    assert reply.state.failures == 0


def test_a_name_asked_at_once_is_said_by_the_greeting_alone():
    reply = Chat("real_estate").say("oi, qual o seu nome?")

    assert sum(message.count("assistente virtual") for message in reply.messages) == 1


@pytest.mark.parametrize("text", ["Do you sell houses in Austin?", "hi do you guys sell flats?"])
def test_what_we_sell_is_no_wish_to_sell(text):
    chat = Chat("real_estate", "US").play([[text]])

    assert [update.value for update in chat.say("I want to buy one").updates if update.slot == "goal"] == [
        "buy"
    ]


def test_a_change_of_mind_about_the_flat_is_no_return():
    chat = Chat("real_estate").play([["quero comprar"]])

    reply = chat.say("mudei de ideia, quero alugar")
    assert not any("de volta" in message for message in reply.messages)


def test_small_talk_beside_an_answer_leaves_the_answer():
    reply = Chat("real_estate").say("Tudo bem? quero alugar casa em Santos")

    assert {update.slot for update in reply.updates} == {"goal", "location", "property_type"}


def test_the_question_whether_anybody_is_there_opens_a_chat_like_a_greeting():
    reply = Chat("real_estate").say("Oi, tem alguém aí?")

    assert reply.proposal == "qualifying"
    assert reply.unanswered == []


@pytest.mark.parametrize("text", ["tem gente aí?", "alguém???", "¿hay alguien ahí?", "anyone there?"])
def test_the_same_question_asks_for_a_person_once_the_machine_has_said_what_it_is(text):
    chat = Chat("real_estate").play([["oi"]])

    assert chat.say(text).handoff_reason == "asked_human"


@pytest.mark.parametrize(
    "text", ["tem gente morando aí?", "is there anyone living in it?", "hay gente viviendo ahí?"]
)
def test_who_lives_in_a_house_is_no_such_question(text):
    assert not intents.is_anyone_there(text)


@pytest.mark.parametrize(
    "text", ["stop calling me", "don't call me again", "não me liguem mais", "no me llamen más"]
)
def test_no_more_calls_without_another_way_is_still_an_opt_out(text):
    assert intents.found("opt_out", text)


@pytest.mark.parametrize(
    "text",
    [
        "Pare de me ligar e mandar mensagem",
        "Não me liga mais nem manda mensagem",
        "não quero que me liguem nem que mandem mensagens",
        "não quero mais ligações nem mensagens",
        "não me ligue mais nem por whatsapp",
        "stop calling me or sending messages",
        "Don't call or text me again",
        "No me llamen más ni me manden mensajes",
        "dejen de llamarme y de mandarme mensajes",
    ],
)
def test_no_more_calls_and_no_more_messages_is_an_opt_out(text):
    assert intents.found("opt_out", text)


@pytest.mark.parametrize(
    "text",
    [
        "para de me ligar e me manda mensagem",
        "não me liguem mais, não tenho tempo, só por mensagem",
        "podem parar de me ligar e mandar tudo por mensagem?",
        "stop calling me and text me",
        "no me llamen más, mejor por mensaje",
    ],
)
def test_no_more_calls_but_messages_is_no_opt_out(text):
    assert not intents.found("opt_out", text)


def test_a_version_published_before_a_sentence_was_learned_says_it_all_the_same():
    snapshot = load_library("cars")
    own = {kind: texts for kind, texts in snapshot["messages"].items() if kind != "fine_thanks"}
    own["greeting"] = {"pt-BR": ["Oi!"]}

    content = content_of(PlaybookVersion(snapshot=snapshot | {"messages": own}))

    assert content.messages["fine_thanks"]["pt-BR"]
    assert content.messages["greeting"] == {"pt-BR": ("Oi!",)}
