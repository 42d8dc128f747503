"""Which messages ask us to stop, or to go on again."""

import pytest

from whatsapp.wishes import wish_in


@pytest.mark.parametrize(
    "text",
    [
        *(
            "PARAR",
            "parar!",
            " Sair. ",
            "Stop!!!",
            "STOP ALL",
            "unsubscribe",
            "baja",
            "Dar de baja 🛑",
            "SALIR",
        ),
        *(
            "não quero mais receber mensagens",
            "Nao quero receber mais mensagens",
            "ＳＴＯＰ",
            "Me tire da lista",
        ),
        *("No me escriban más", "don't contact me", "Don’t message me.", "Pare, por favor", "please   stop"),
        *(
            "Sair, por favor 🙏",
            "Por favor, pare!",
            "¡Baja, gracias!",
            "🛑 STOP 🛑",
            "Stop promotions",
            "revoke",
        ),
        *("parar parar", "stop. STOP!", "não quero mais receber mensagens, obrigada", "STOP, thank you"),
    ],
)
def test_wish_in_whole_phrase_is_an_opt_out(text):
    assert wish_in(text).kind == "opt_out"


@pytest.mark.parametrize(
    "text",
    [
        *("não quero parar", "parar de pagar aluguel", "quero sair do aluguel", "I can't stop thinking", ""),
        *("o ônibus para aqui?", "no quiero dar de baja", "stop by tomorrow", "para mim", "end of month"),
        *("vou sair agora, falo depois", "cancelar", "parar?\nsim, quero parar de alugar", "🛑"),
        *(
            "não quero parar, por favor",
            "por favor",
            "please cancel",
            "cancel cancel",
            "no, gracias",
            "obrigado",
        ),
    ],
)
def test_wish_in_longer_sentence_is_none(text):
    assert wish_in(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(("Voltar!", "pt"), ("START", "en"), ("volver", "es"), ("alta", "es")),
        *(("Mudei de ideia.", "pt"), ("you can text me again", "en"), ("Cambié de idea", "es")),
    ],
)
def test_wish_in_opt_in_knows_its_language(text, language):
    wish = wish_in(text)
    assert (wish.kind, wish.language) == ("opt_in", language)


@pytest.mark.parametrize(
    ("text", "usual", "begins"),
    [
        ("STOP", "pt-BR", "Pronto"),
        ("stop!", "es", "Listo"),
        ("stop", "en", "Done"),
        ("stop", "", "Done"),
        ("parar", "en", "Pronto"),
        ("unsubscribe", "pt-BR", "Done"),
        ("start", "pt-BR", "Pronto"),
    ],
)
def test_wish_is_confirmed_in_its_own_language_or_the_lines_where_everybody_writes_so(text, usual, begins):
    assert wish_in(text).confirmation(usual).startswith(begins)
