"""Somebody has seen what the client wrote."""

import logging
from uuid import UUID

import redis

from leads.errors import NotFoundError
from leads.models import User
from leads.services import board
from whatsapp import chat_index
from whatsapp.models import Conversation, Line

logger = logging.getLogger(__name__)


def mark_read(*, conversation_id: UUID | str, user: User, origin: str = "") -> None:
    """Nothing is unread any more for the lead's consultant, and in the chat list of the own line."""
    visible = Conversation.objects.visible_to(user).select_related("line")
    conversation = visible.filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFoundError
    if conversation.lead_id and _sees_lead(conversation, user):
        board.mark_read(user=user, lead_id=conversation.lead_id, origin=origin)
    line = conversation.line
    # A manager who looks has not read it for the consultant
    if line.kind == Line.Kind.CONSULTANT and line.consultant_id == user.pk:
        try:
            chat_index.mark_read(line.pk, chat_index.chat_id_of(line.pk, conversation.client_key))
        except redis.RedisError as error:
            logger.warning("chat not marked as read", extra={"why": type(error).__name__})


def _sees_lead(conversation: Conversation, user: User) -> bool:
    return user.is_manager or (conversation.lead is not None and conversation.lead.consultant_id == user.pk)
