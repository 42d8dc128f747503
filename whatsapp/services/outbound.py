"""Writing to a client: rows of the outbox, committed with the decision to send."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import clock
from leads.errors import InvalidError, NotAllowedError, NotFoundError
from leads.models import User
from leads.services import activity
from whatsapp import consent, splitting, window
from whatsapp.locks import lock_conversation
from whatsapp.models import Conversation, Message
from whatsapp.payloads import shown
from whatsapp.services import hands
from whatsapp.services.outbox import Piece, queue


class ClientIdReusedError(InvalidError):
    code = "client_id_reused"
    detail = gettext_lazy("This client_id was used before, for another message. Use a new one.")


def send(
    conversation: Conversation,
    texts: Sequence[str],
    *,
    author: str,
    user: User | None = None,
    client_id: str | None = None,
    delay_seconds: float = 0.0,
    origin: str = "",
) -> list[Message]:
    """Put `texts` into the outbox, in order, the first not before `delay_seconds` have passed.

    Runs in the caller's transaction, which holds the row of `conversation`. Long texts become several
    messages. A consultant who writes where the agent answers takes the conversation over. The same
    `client_id` again returns the messages of the first time; a consultant who means another message
    gets ClientIdReusedError. InvalidError where WhatsApp's 24-hour window is closed or the client opted
    out. Announces `message_changed`.
    """
    pieces = [Piece(piece) for text in texts for piece in splitting.split(text.replace("\x00", ""))]
    if not pieces:
        raise InvalidError(fields={"body": [_("Write something first.")]})
    return send_pieces(
        conversation,
        pieces,
        author=author,
        user=user,
        client_id=client_id,
        delay_seconds=delay_seconds,
        origin=origin,
    )


def send_pieces(
    conversation: Conversation,
    pieces: Sequence[Piece],
    *,
    author: str,
    user: User | None = None,
    client_id: str | None = None,
    delay_seconds: float = 0.0,
    origin: str = "",
) -> list[Message]:
    """As `send`, for anything that can be said. Templates go out where the window is closed, too."""
    # Before the window is asked: what was taken within it, and is sent again after it, is no refusal
    if client_id and (known := sent_before(conversation, client_id)):
        # What a program tells again it may word anew; what a person sends again is the same.
        return known if author != Message.Author.CONSULTANT else same_again(known, pieces)
    if reason := refusal(conversation, is_template=all(piece.is_template for piece in pieces)):
        raise InvalidError(reason)
    if author == Message.Author.CONSULTANT and user is not None:
        hands.give_to_writer(conversation, user, origin)
    messages = queue(conversation, pieces, author, user, client_id, delay_seconds)
    _tell_lead(conversation, author, user, shown(messages[-1].body, messages[-1].kind), origin)
    return messages


@dataclass(frozen=True)
class Sent:
    """`is_new` False: these were queued by an earlier try with the same `client_id`."""

    messages: list[Message]
    is_new: bool


@transaction.atomic
def send_as_consultant(
    *, conversation_id: UUID | str, user: User, body: str, client_id: str | None = None, origin: str = ""
) -> Sent:
    """What a person typed. Who may do it is said by `writable_by`."""
    conversation = writable_by(user, conversation_id)
    # Told by the sequence, since a repeated `client_id` answers with rows as well
    before = conversation.last_seq
    messages = send(
        conversation,
        [body],
        author=Message.Author.CONSULTANT,
        user=user,
        client_id=client_id,
        origin=origin,
    )
    return Sent(messages, is_new=conversation.last_seq > before)


def writable_by(user: User, conversation_id: UUID | str) -> Conversation:
    """The conversation with its row held. NotFoundError where it is not theirs to see, NotAllowedError
    where what they write would leave from a colleague's own number."""
    # Asked without the lock: whoever guesses ids must not make the writers of other threads wait
    if not Conversation.objects.visible_to(user).filter(pk=conversation_id).exists():
        raise NotFoundError
    conversation = lock_conversation(conversation_id)
    refuse_on_a_colleagues_line(conversation, user)
    return conversation


def confirm_opt_in(conversation: Conversation, text: str) -> list[Message]:
    """Tell a client who came back that messages reach them again. The block is lifted already."""
    return queue(conversation, [Piece(text)], Message.Author.SYSTEM)


def confirm_opt_out(conversation: Conversation, text: str) -> list[Message]:
    """The one message that still goes out to somebody who asked for no more; `consent.opt_out` is to follow,
    which drops what is queued besides."""
    return queue(conversation, [Piece(text, is_last_word=True)], Message.Author.SYSTEM)


def refuse_on_a_colleagues_line(conversation: Conversation, user: User) -> None:
    owner = conversation.line.consultant
    if owner is not None and owner.pk != user.pk and not user.is_manager:
        raise NotAllowedError(
            _("This is %(name)s's own number. Only they can write from it.") % {"name": owner}
        )


def refusal(conversation: Conversation, *, is_template: bool) -> Promise | None:
    """As `window.refusal`. A template reaches people who never wrote to this line, so it is asked what they
    said to the others, by whichever name."""
    reason = window.refusal(conversation, is_template=is_template)
    if reason is None and is_template and consent.has_opted_out(conversation):
        return window.OPTED_OUT
    return reason


def sent_before(conversation: Conversation, client_id: str) -> list[Message]:
    # The pieces of a long text are `id`, `id#2`, `id#3` (`outbox.queue`)
    pieces = Q(client_id=client_id) | Q(client_id__startswith=f"{client_id}#")
    return list(conversation.messages.filter(pieces).order_by("seq"))


def same_again(known: list[Message], pieces: Sequence[Piece]) -> list[Message]:
    """The messages of the first time, where what is asked now is what was asked then. ClientIdReusedError."""
    if [_said(Piece.of(message)) for message in known] != [_said(piece) for piece in pieces]:
        raise ClientIdReusedError
    return known


def _said(piece: Piece) -> tuple[Any, ...]:
    """What tells one message from another; not under which name its file is kept."""
    files = [(item.get("filename"), item.get("size"), item.get("content_type")) for item in piece.media]
    return piece.kind, piece.body, files


def _tell_lead(conversation: Conversation, author: str, user: User | None, text: str, origin: str) -> None:
    if conversation.lead_id is None:
        return
    now = clock.now()
    if author == Message.Author.CONSULTANT and user is not None:
        activity.consultant_replied(lead_id=conversation.lead_id, user=user, text=text, at=now, origin=origin)
    elif author == Message.Author.AGENT:
        activity.agent_replied(lead_id=conversation.lead_id, text=text, at=now)
