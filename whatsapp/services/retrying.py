"""Sending again what failed: at a person's wish, and by itself where the reason passes."""

from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from leads import clock
from leads.errors import InvalidError, NotFoundError
from leads.models import User
from whatsapp import refusals
from whatsapp.locks import lock_conversation
from whatsapp.models import Conversation, Message
from whatsapp.services import hands, outbound
from whatsapp.services.outbox import Piece, queue

AUTOMATIC_RETRY_WITHIN = timedelta(hours=1)
AUTOMATIC_PAUSE_SECONDS = 20
MOST_RETRIES = 100
WORDS_WITHOUT_FILE = Q(error_code__in=refusals.NEEDS_NO_MEDIA) & ~Q(body="") & ~Q(media=[])
RETRYABLE = (Message.Status.FAILED, Message.Status.UNKNOWN)


@transaction.atomic
def retry_message(*, message_id: UUID | str, user: User) -> Message:
    """A person sends a failed or unconfirmed message again: a new row, the old one stays as it is.

    Where it was sent again before, that try counts: it is the answer while it may arrive, and where it failed
    too, it is what is sent once more. InvalidError for what did not fail, or was dropped.
    """
    visible = Conversation.objects.visible_to(user)
    old = Message.objects.filter(pk=message_id, conversation__in=visible).first()
    if old is None:
        raise NotFoundError
    conversation = lock_conversation(old.conversation_id)
    old.refresh_from_db()
    last = _last_try(old)
    if not _can_be_retried(old) or last.status == Message.Status.CANCELLED:
        raise InvalidError(_("Only a message that failed or was not confirmed can be sent again."))
    outbound.refuse_on_a_colleagues_line(conversation, user)
    if not _can_be_retried(last):
        return last
    if reason := outbound.refusal(conversation, is_template=last.is_template):
        raise InvalidError(reason)
    return queue(conversation, [Piece.of(last)], last.author, user, retry_of=last)[0]


def _last_try(message: Message) -> Message:
    """The newest of its retries, and of theirs; itself where there is none."""
    while (again := message.retries.order_by("seq").last()) is not None:
        message = again
    return message


def _can_be_retried(message: Message) -> bool:
    return message.direction == Message.Direction.OUT and message.status in RETRYABLE


def retry_automatically() -> int:
    """Try again what WhatsApp could not deliver for a passing reason, twice at most, and the words of a file that
    it did not take. Answers how many."""
    lately = clock.now() - AUTOMATIC_RETRY_WITHIN
    failed = Message.objects.filter(
        Q(error_code__in=refusals.WORTH_ANOTHER_TRY) | WORDS_WITHOUT_FILE,
        status=Message.Status.FAILED,
        created_at__gte=lately,
        retries=None,
        retry_of__retry_of=None,
    )
    retried = filter(_retry_alone, failed.order_by("created_at"))
    return len(list(islice(retried, MOST_RETRIES)))


@transaction.atomic
def _retry_alone(old: Message) -> bool:
    conversation = lock_conversation(old.conversation_id)
    old = Message.objects.select_for_update().get(pk=old.pk)
    if old.retries.exists() or not _surely_failed(old):
        return False
    if outbound.refusal(conversation, is_template=old.is_template):
        return False
    if old.author == Message.Author.AGENT and _person_spoke_since(conversation, old):
        return False
    pause = AUTOMATIC_PAUSE_SECONDS * (2 if old.retry_of_id else 1)
    queue(conversation, [_again(old)], old.author, old.user, delay_seconds=pause, retry_of=old)
    return True


def _again(old: Message) -> Piece:
    """Its words alone, where WhatsApp takes them and not the file."""
    return Piece(old.body) if old.error_code in refusals.NEEDS_NO_MEDIA else Piece.of(old)


def _surely_failed(message: Message) -> bool:
    """A message of which no record was found has none of the provider's ids, else it was found since."""
    was_found_since = message.error_code == refusals.NEVER_ARRIVED_CODE and message.sid is not None
    return message.status == Message.Status.FAILED and not was_found_since


def _person_spoke_since(conversation: Conversation, old: Message) -> bool:
    """Whether a person took the conversation over: what the agent could not say then stays unsaid."""
    if conversation.handoff_reason == hands.TAKEN_OVER:
        return True
    by_person = conversation.messages.filter(author=Message.Author.CONSULTANT, seq__gt=old.seq)
    return by_person.exists()
