"""Who wrote a message, in the words that live updates and the timeline use for people."""

from typing import Any

from leads.actors import Actor
from leads.models import LeadEvent
from whatsapp.models import Message


def author_facts(message: Message) -> dict[str, Any]:
    """`{kind, id, name}`; `user` should be loaded with the message."""
    is_person = message.user or message.author == Message.Author.CONSULTANT
    return Actor(LeadEvent.Actor.USER if is_person else message.author, message.user).as_facts()
