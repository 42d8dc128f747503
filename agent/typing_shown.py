"""The three dots stay for as long as an answer is thought out; WhatsApp takes them away after 25 seconds."""

from celery import shared_task

from agent import turns
from leads.wakeups import taken, wake
from whatsapp.models import Conversation
from whatsapp.services import show_typing

RENEW_AFTER_SECONDS = 20


@shared_task(name="agent.keep_typing")
def keep_typing(conversation_id: str, token: str) -> None:
    """Show them again while the turn that holds `token` still thinks: nothing follows a turn that died."""
    taken(keep_typing, conversation_id, token)
    if not turns.is_thinking(conversation_id, token):
        return
    wake(keep_typing, conversation_id, token, countdown=RENEW_AFTER_SECONDS)
    show_typing(Conversation.objects.get(pk=conversation_id))
