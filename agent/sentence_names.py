"""What each sentence of the engine is for, in the manager's words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.slot_lines import capitalised

CLOSED = "_closed"
NAMES: Mapping[str, str | Promise] = {
    "greeting": gettext_lazy("Greeting"),
    "ack": gettext_lazy("Thanks for an answer, with the client’s name"),
    "ack_plain": gettext_lazy("Thanks for an answer"),
    "ack_name": gettext_lazy("Thanks for the name"),
    "ack_neutral": gettext_lazy("“I see”, where thanks would not fit"),
    "sympathy": gettext_lazy("Sympathy for bad news"),
    "ack_correction": gettext_lazy("The client corrected something"),
    "not_understood": gettext_lazy("Not understood"),
    "offer_human": gettext_lazy("Offer of a person"),
    "no_answer": gettext_lazy("No answer is known"),
    "no_price": gettext_lazy("No price is known"),
    "no_support": gettext_lazy("Support is elsewhere"),
    "no_promise": gettext_lazy("Nothing can be promised"),
    "off_topic": gettext_lazy("Off topic"),
    "bot_disclosure": gettext_lazy("Says that it is a machine"),
    "fine_thanks": gettext_lazy("Answer to “how are you?”"),
    "still_here": gettext_lazy("Answer to “are you there?”"),
    "introduction": gettext_lazy("Says its name"),
    "who_we_are": gettext_lazy("Says who writes, to somebody who suspects fraud"),
    "by_text": gettext_lazy("The client prefers to write"),
    "cannot_hear_audio": gettext_lazy("A voice note that it cannot hear"),
    "media_received": gettext_lazy("A file came"),
    "location_received": gettext_lazy("A place on the map came"),
    "contact_received": gettext_lazy("Somebody’s contact came"),
    "sensitive_data": gettext_lazy("The client sent a card’s or a document’s number"),
    "apology": gettext_lazy("Apology"),
    "language_switched": gettext_lazy("Another language"),
    "emergency": gettext_lazy("Emergency"),
    "handoff_qualified": gettext_lazy("Handover: qualified"),
    "handoff_asked_human": gettext_lazy("Handover: asked for a person"),
    "handoff_angry": gettext_lazy("Handover: upset"),
    "handoff_out_of_scope": gettext_lazy("Handover: asked for something else"),
    "handoff_failures": gettext_lazy("Handover: the agent did not understand"),
    "handoff_rule": gettext_lazy("Handover: a rule of the playbook"),
    "handoff_sensitive": gettext_lazy("Handover: a sensitive matter"),
    "nurture_closing": gettext_lazy("Goodbye: kept for later"),
    "disqualified_closing": gettext_lazy("Goodbye: not a client"),
    "job_seeker_closing": gettext_lazy("Goodbye: looks for a job"),
    "spam_closing": gettext_lazy("Goodbye: advertising"),
    "not_interested_closing": gettext_lazy("Goodbye: not interested"),
    "opt_out_confirmation": gettext_lazy("Confirmation: no more messages"),
    "opt_in_confirmation": gettext_lazy("Confirmation: messages again"),
    "after_closing": gettext_lazy("Writes after the goodbye"),
    "after_handoff": gettext_lazy("Writes after the handover"),
}


def sentence_name(kind: str) -> str:
    """One that a playbook made itself goes by its key."""
    if kind.endswith(CLOSED) and kind.removesuffix(CLOSED) in NAMES:
        return _("%(sentence)s, outside working hours") % {"sentence": NAMES[kind.removesuffix(CLOSED)]}
    return str(NAMES.get(kind) or capitalised(kind))
