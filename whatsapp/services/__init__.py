"""The doors of the wire: everything that other apps ask of WhatsApp."""

from whatsapp.locks import lock_conversation
from whatsapp.services.beginning import begin_conversation, line_to_begin_on
from whatsapp.services.closing import close, close_finished, open_again
from whatsapp.services.files import send_file_as_consultant
from whatsapp.services.hands import link_lead, return_by_timer, return_to_agent, take_over, transfer
from whatsapp.services.inbound import record_inbound
from whatsapp.services.outbound import confirm_opt_out, send, send_as_consultant
from whatsapp.services.reading import mark_read
from whatsapp.services.retrying import retry_message
from whatsapp.services.templates import (
    offer_templates,
    send_template,
    send_template_as_consultant,
    send_template_to,
    templates_of,
)
from whatsapp.typing import show_typing_under

__all__ = [
    "begin_conversation",
    "close",
    "close_finished",
    "confirm_opt_out",
    "line_to_begin_on",
    "link_lead",
    "lock_conversation",
    "mark_read",
    "offer_templates",
    "open_again",
    "record_inbound",
    "retry_message",
    "return_by_timer",
    "return_to_agent",
    "send",
    "send_as_consultant",
    "send_file_as_consultant",
    "send_template",
    "send_template_as_consultant",
    "send_template_to",
    "show_typing_under",
    "take_over",
    "templates_of",
    "transfer",
]
