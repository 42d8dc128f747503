"""Wishes by whole phrases: "PARAR!" and "parar, por favor" are an opt-out, "não quero parar" is none."""

import re
import unicodedata
from dataclasses import dataclass

from whatsapp.models import ConsentEvent

# Each is a whole message, folded: "para" is one, "para alugar" none. English begins with Twilio's own words
OPT_OUT = {
    "pt": """parar|pare|para|sair|descadastrar|remover|quero sair|quero parar|parar mensagens
        parar de receber|nao quero mais receber|nao quero mais receber mensagens|nao quero receber mensagens
        nao me mande mais mensagens|nao me mandem mais mensagens|me tire da lista|me tira da lista|me remova
        nao envie mais|nao enviem mais|nao envie mais mensagens|parem de me mandar mensagens
        pare de me mandar mensagens|pare de me mandar mensagem|para de me mandar mensagens
        para de me mandar mensagem|nao quero mais mensagens|parar promocoes|parar de receber promocoes
        nao quero receber mais mensagens|nao quero mais receber mensagem|quero sair da lista|sair da lista
        remova meu numero|retire meu numero|me descadastre|quero me descadastrar|desinscrever
        cancelar inscricao|nao me mande mais nada|nao me mandem mais nada""",
    "en": """stop|stopall|stop all|unsubscribe|cancel|end|quit|opt out|optout|revoke|remove me|stop messages
        stop messaging me|stop texting me|do not message me|dont message me|dont contact me|stop promotions
        take me off the list|take me off your list|no more messages|stop sending me messages|do not contact me
        dont text me|unsubscribe me|remove my number""",
    "es": """baja|detener|deten|dar de baja|darme de baja|darse de baja|quiero darme de baja|no mas mensajes
        no quiero mas mensajes|no quiero recibir mensajes|no quiero recibir mas mensajes|no me escriban mas
        no me manden mas mensajes|dejen de escribirme|eliminarme de la lista|salir|quiero salir
        salir de la lista|detente|parar mensajes|basta de mensajes|no me escribas mas|no me mandes mas mensajes
        deja de escribirme|no me contacten|no me contacten mas|cancelar suscripcion|desuscribirme
        detener promociones""",
}
OPT_IN = {
    "pt": """voltar|quero voltar|reativar|quero receber|quero receber mensagens|quero voltar a receber|mudei de ideia
        quero voltar a receber mensagens|pode voltar a falar|pode voltar a falar comigo|podem voltar a me escrever
        quero voltar a conversar|pode me escrever de novo|podem me escrever de novo""",
    "en": """start|unstop|subscribe|opt in|optin|resume|i changed my mind|changed my mind|you can text me again
        you can message me again|you can write to me again|sign me back up""",
    "es": """volver|alta|reanudar|reactivar|quiero recibir mensajes|quiero volver|quiero volver a recibir mensajes
        cambie de idea|cambie de opinion|pueden volver a escribirme|pueden escribirme de nuevo""",
}
_COURTESY = "por favor|pf|pfv|pfvr|please|pls|obrigad[oa]|obg|gracias|thanks|thank you"
COURTESIES = re.compile(f"^(?:(?:{_COURTESY}) )+|(?: (?:{_COURTESY}))+$")
# "Cancel, please" may be about a visit
ONLY_ALONE = frozenset({"cancel", "end"})
# Brazilians, too, write STOP, whatever language they speak otherwise
INTERNATIONAL = frozenset({"stop", "start"})
CONFIRMATION = {
    ConsentEvent.Kind.OPT_OUT: {
        "pt": "Pronto: você não receberá mais mensagens nossas. Se mudar de ideia, responda VOLTAR.",
        "en": "Done: you will not receive messages from us any more. If you change your mind, reply START.",
        "es": "Listo: no recibirás más mensajes nuestros. Si cambias de idea, responde VOLVER.",
    },
    ConsentEvent.Kind.OPT_IN: {
        "pt": "Pronto: você voltou a receber nossas mensagens. Como podemos ajudar?",
        "en": "Done: you receive our messages again. How can we help?",
        "es": "Listo: vuelves a recibir nuestros mensajes. ¿Cómo podemos ayudarte?",
    },
}


@dataclass(frozen=True)
class Wish:
    """What a phrase asks for and the language it is in, unless it `is_international`."""

    kind: str
    language: str
    is_international: bool = False

    def confirmation(self, usual: str = "") -> str:
        """In the phrase's language; `usual`, the client's or the line's, decides where people write so in any."""
        texts = CONFIRMATION[ConsentEvent.Kind(self.kind)]
        usual = usual[:2].lower()
        return texts[usual if self.is_international and usual in texts else self.language]


def fold(text: str) -> str:
    """Lower case, without accents, marks and punctuation, single spaces: "Não, PARE!" → "nao pare"."""
    # Apostrophes go before the rest becomes spaces: "don't" is "dont", not "don t"
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    kept = "".join(" " if not character.isalnum() else character for character in _unaccented(plain))
    return " ".join(kept.split())


def _unaccented(text: str) -> str:
    return "".join(character for character in text if not unicodedata.combining(character))


def _phrases(kind: str, table: dict[str, str]) -> dict[str, Wish]:
    return {
        " ".join(phrase.split()): Wish(kind, language, phrase.strip() in INTERNATIONAL)
        for language, phrases in table.items()
        for phrase in phrases.replace("\n", "|").split("|")
        if phrase.strip()
    }


WISHES = _phrases(ConsentEvent.Kind.OPT_OUT, OPT_OUT) | _phrases(ConsentEvent.Kind.OPT_IN, OPT_IN)


def wish_in(text: str) -> Wish | None:
    # No phrase comes near 80; folding a text of 65,000 characters to learn so would be work for nothing
    folded = fold(text) if len(text) <= 80 else ""
    bare = _bare(folded)
    return WISHES.get(folded if bare in ONLY_ALONE else bare)


def _bare(folded: str) -> str:
    """Without "please" and "thanks" at its ends, and a word that is said again and again once."""
    words = COURTESIES.sub("", folded).split()
    return words[0] if len(set(words)) == 1 else " ".join(words)
