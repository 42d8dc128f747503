"""Opt-out and opt-in by whole phrases: "PARAR!" is one, "não quero parar" is none."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from leads import one_trip
from leads.on_commit import announce
from leads.services import activity
from whatsapp import person
from whatsapp.locks import lock_all_of
from whatsapp.models import ConsentEvent, Conversation, Message
from whatsapp.models.conversation import ConversationQuerySet
from whatsapp.signals import message_changed

# As an array, of which PostgreSQL expects few elements, the names are looked up by the ledger's index.
_LAST_WORD = f"""{person.NAMES}
SELECT kind FROM whatsapp_consentevent
WHERE client_key = ANY (ARRAY(SELECT key FROM person)) AND kind IN ('opt_in', 'opt_out')
ORDER BY created_at DESC, id DESC LIMIT 1"""  # noqa: S608 - composed of constants alone
CONSENT_FIELDS = ["is_opted_out", "stage", "stage_before_opt_out", "updated_at"]
# Each is a whole message, folded: "para" is one, "para alugar" none. English begins with Twilio's own words
OPT_OUT = {
    "pt": """parar|pare|para|sair|descadastrar|remover|quero sair|quero parar|parar mensagens
        parar de receber|nao quero mais receber|nao quero mais receber mensagens|nao quero receber mensagens
        nao me mande mais mensagens|nao me mandem mais mensagens|me tire da lista|me tira da lista|me remova
        nao envie mais|nao enviem mais|nao envie mais mensagens|parem de me mandar mensagens
        pare de me mandar mensagens|pare de me mandar mensagem|para de me mandar mensagens
        para de me mandar mensagem|pare por favor|por favor pare|parar por favor|nao quero mais mensagens
        nao quero receber mais mensagens|nao quero mais receber mensagem|quero sair da lista|sair da lista
        remova meu numero|retire meu numero|me descadastre|quero me descadastrar|desinscrever
        cancelar inscricao|nao me mande mais nada|nao me mandem mais nada""",
    "en": """stop|stopall|stop all|unsubscribe|cancel|end|quit|opt out|optout|remove me|stop messages
        stop messaging me|stop texting me|do not message me|dont message me|dont contact me
        please stop|stop please|take me off the list|take me off your list|no more messages
        stop sending me messages|do not contact me|dont text me|unsubscribe me|remove my number""",
    "es": """baja|detener|deten|dar de baja|darme de baja|darse de baja|quiero darme de baja|no mas mensajes
        no quiero mas mensajes|no quiero recibir mensajes|no quiero recibir mas mensajes|no me escriban mas
        no me manden mas mensajes|dejen de escribirme|eliminarme de la lista|salir|quiero salir
        salir de la lista|detente|parar mensajes|basta de mensajes|no me escribas mas|no me mandes mas mensajes
        deja de escribirme|no me contacten|no me contacten mas|cancelar suscripcion|desuscribirme""",
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
        """In the phrase's language; `usual`, the line's, decides where people write so in any."""
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
    return WISHES.get(fold(text)) if len(text) <= 80 else None


def opt_out(conversation: Conversation, message: Message | None, evidence: str = "") -> None:
    """Block sending to this client on every line; nobody waits any more. The caller holds the row.

    Whatever is queued for them is dropped, on our other lines as well: consent is the person's, not a line's,
    nor that of the one name by which they gave it. The confirmation alone still goes out.

    The caller has called `hold_person` before it held any row of theirs, else two lines may deadlock.
    """
    keys = keys_in(conversation)
    lock_all_of(keys)
    _record(conversation, ConsentEvent.Kind.OPT_OUT, message, evidence)
    _block(conversation, keys)


def opt_in(conversation: Conversation, message: Message | None, evidence: str = "") -> None:
    """Take the block away; a consultant's conversation is again where it was. The caller holds the rows as for
    `opt_out`."""
    _record(conversation, ConsentEvent.Kind.OPT_IN, message, evidence)
    _lift(conversation, keys_in(conversation))


def follow_last_word(conversation: Conversation) -> None:
    """Names have turned out to be one person's: what was said last by any of them holds in all their conversations.

    The caller holds the rows as for `opt_out`.
    """
    kind, keys = _last_word(conversation), keys_in(conversation)
    is_out = kind == ConsentEvent.Kind.OPT_OUT
    others_agree = not _elsewhere(conversation, keys).exclude(is_opted_out=is_out).exists()
    if kind is None or (conversation.is_opted_out == is_out and others_agree):
        return
    (_block if is_out else _lift)(conversation, keys)


def hold_person(conversation: Conversation) -> None:
    """Hold all conversations with this client until the transaction ends, before any one of them is held."""
    lock_all_of(keys_in(conversation))


def _block(conversation: Conversation, keys: Sequence[str]) -> None:
    # A second STOP must not take "opted out" for the stage to come back to
    if conversation.stage != Conversation.Stage.OPTED_OUT:
        conversation.stage_before_opt_out = conversation.stage
    conversation.is_opted_out, conversation.stage = True, Conversation.Stage.OPTED_OUT
    conversation.save(update_fields=CONSENT_FIELDS)
    others = _elsewhere(conversation, keys)
    others.exclude(stage=Conversation.Stage.OPTED_OUT).update(stage_before_opt_out=F("stage"))
    others.update(is_opted_out=True, stage=Conversation.Stage.OPTED_OUT)
    # Conversations before messages, as whoever takes one over locks them.
    _drop_queued(keys)
    leads = {conversation.lead_id, *others.values_list("lead_id", flat=True)}
    activity.stop_waiting(lead_ids=[lead_id for lead_id in leads if lead_id])


def _lift(conversation: Conversation, keys: Sequence[str]) -> None:
    conversation.is_opted_out, conversation.stage = False, _stage_after_opt_in(conversation)
    conversation.save(update_fields=CONSENT_FIELDS)
    blocked = _elsewhere(conversation, keys).filter(stage=Conversation.Stage.OPTED_OUT)
    leads = {conversation.lead_id, *blocked.values_list("lead_id", flat=True)}
    activity.may_be_written_to(lead_ids=[lead_id for lead_id in leads if lead_id])
    consultants = Q(status=Conversation.Status.TRANSFERRED) & ~Q(stage_before_opt_out="")
    # A consultant goes on where they were; the agent begins anew, for its thread is of before the silence
    stage = Case(
        When(consultants, then=F("stage_before_opt_out")), default=Value(Conversation.Stage.QUALIFYING)
    )
    blocked.update(is_opted_out=False, stage=stage)


def _stage_after_opt_in(conversation: Conversation) -> str:
    if not conversation.is_opted_out:
        return conversation.stage
    if conversation.status == Conversation.Status.TRANSFERRED and conversation.stage_before_opt_out:
        return conversation.stage_before_opt_out
    return Conversation.Stage.QUALIFYING


def is_opted_out(client_key: str, external_user_id: str = "", lead_id: UUID | None = None) -> bool:
    """By the person's own last word on WhatsApp, whichever of their names they said it by; who that is, as in
    `person.keys_of`. What a form says is in the ledger and decides nothing here."""
    known = {"key": client_key, "user_id": external_user_id, "lead": lead_id}
    return bool(one_trip.ask(_LAST_WORD, known) == ConsentEvent.Kind.OPT_OUT)


def has_opted_out(conversation: Conversation) -> bool:
    """Whether they did so anywhere: on another line maybe, before we knew that both are one person."""
    return _last_word(conversation) == ConsentEvent.Kind.OPT_OUT


def _last_word(conversation: Conversation) -> str | None:
    names = {"key": conversation.client_key, "user_id": conversation.external_user_id}
    kind: str | None = one_trip.ask(_LAST_WORD, names | {"lead": conversation.lead_id})
    return kind


def has_spoken_since(conversation: Conversation, at: datetime) -> bool:
    """Whether a word of theirs that was said before then, and is heard only now, no longer counts."""
    said = ConsentEvent.objects.filter(client_key__in=keys_in(conversation), kind__in=CONFIRMATION)
    return said.filter(created_at__gt=at).exists()


def keys_in(conversation: Conversation) -> list[str]:
    """All names of its client, those included that it has learned and not saved yet."""
    return person.keys_of(conversation.client_key, conversation.external_user_id, conversation.lead_id)


def _record(conversation: Conversation, kind: str, message: Message | None, evidence: str) -> None:
    """At the time of the message that says so, which may have come late."""
    text = evidence or (message.body if message else "")
    ConsentEvent.objects.create(
        client_key=conversation.client_key,
        kind=kind,
        message=message,
        evidence=text[:2000],
        created_at=message.created_at if message else timezone.now(),
    )


def _drop_queued(keys: Iterable[str]) -> None:
    theirs = Message.objects.filter(conversation__client_key__in=keys, direction=Message.Direction.OUT)
    queued = theirs.filter(status=Message.Status.QUEUED, is_last_word=False).order_by("pk")
    dropped = list(queued.select_for_update(of=("self",)).values_list("pk", "conversation_id"))
    Message.objects.filter(pk__in=[pk for pk, _ in dropped]).update(status=Message.Status.CANCELLED)
    for message_id, conversation_id in dropped:
        announce(message_changed, conversation_id=str(conversation_id), message_id=str(message_id))


def _elsewhere(conversation: Conversation, keys: Iterable[str]) -> ConversationQuerySet:
    return Conversation.objects.filter(client_key__in=keys).exclude(pk=conversation.pk)
