"""Opt-out and opt-in: the ledger, and what they mean for every conversation with the person."""

from collections.abc import Iterable, Sequence
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
SAID_ON_WHATSAPP = (ConsentEvent.Kind.OPT_OUT, ConsentEvent.Kind.OPT_IN)
CONSENT_FIELDS = ["is_opted_out", "stage", "stage_before_opt_out", "updated_at"]


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
    said = ConsentEvent.objects.filter(client_key__in=keys_in(conversation), kind__in=SAID_ON_WHATSAPP)
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
