"""What boards hear of: leads, messages, logouts."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from kanban import broadcast
from leads.signals import lead_changed, lead_received, notice_owed
from whatsapp.signals import message_changed, message_received


@receiver(lead_received)
def show_new_lead(lead_id: str, origin: str, actor: dict[str, Any], **_: Any) -> None:
    broadcast.lead_created(lead_id, origin=origin, actor=actor)


@receiver(lead_changed)
def show_changed_lead(
    lead_id: str,
    action: str,
    changed: list[str],
    origin: str,
    actor: dict[str, Any],
    lost_by: list[int],
    **_: Any,
) -> None:
    broadcast.lead_updated(
        lead_id, action=action, changed=changed, origin=origin, actor=actor, lost_by=lost_by
    )


@receiver([message_received, message_changed])
def show_message(message_id: str = "", chat: dict[str, Any] | None = None, **_: Any) -> None:
    if chat is None:
        broadcast.message_changed(message_id)
    else:
        broadcast.chat_message(**chat)


@receiver(notice_owed)
def show_notice(notice_id: int, **_: Any) -> None:
    broadcast.notice_owed(notice_id)


@receiver(user_logged_out)
def close_sockets(request: HttpRequest, **_: Any) -> None:
    if request.session.session_key:
        broadcast.session_ended(request.session.session_key)
