"""The whole text of a notice for channels outside the desk: what lets somebody act without looking anything up."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from leads.models import Lead, Notice
from leads.notice_words import address_of, reason_of
from leads.scoring import reason_in_words
from leads.slot_lines import slot_lines
from whatsapp.models import Message
from whatsapp.payloads import shown

LONGEST_WORDS = 500
LAST_MESSAGES = 4


def body_of(notice: Notice) -> str:
    """Why, then what lets the reader act. Of a lead that is not theirs nothing but what its reason says."""
    parts = [reason_of(notice)]
    # Who lost the lead, or may only take it from a pool, must not read a stranger's number and words
    if notice.lead and notice.kind not in (Notice.Kind.TAKEN_AWAY, Notice.Kind.POOLED):
        parts += _facts_of(notice.lead)
    return "\n\n".join(part for part in [*parts, address_of(notice)] if part)


def _facts_of(lead: Lead) -> Iterator[str]:
    yield _("%(name)s, from %(source)s") % {"name": lead, "source": lead.source or "WhatsApp"}
    yield "\n".join(
        filter(None, [_("Phone: %(phone)s") % {"phone": lead.phone} if lead.phone else "", lead.email])
    )
    reasons = "; ".join(map(reason_in_words, lead.classification.get("reasons", [])))
    temperature = {"temperature": lead.get_temperature_display(), "score": lead.score}
    yield _("Temperature: %(temperature)s (%(score)s/100)") % temperature + (
        f"\n{reasons}" if reasons else ""
    )
    yield "\n".join(_slot_in_words(line) for line in slot_lines(lead))
    yield lead.message[:LONGEST_WORDS]
    yield "\n".join(_last_messages(lead))


def _slot_in_words(line: Mapping[str, str]) -> str:
    fact = f"- {line['label']}: {line['value']}"
    return f"{fact} (“{line['quote']}”)" if line["quote"] else fact


def _last_messages(lead: Lead) -> Iterator[str]:
    """The end of what was said on WhatsApp, oldest first."""
    said = Message.objects.filter(conversation__lead=lead).exclude(author=Message.Author.SYSTEM)
    # The end is what a reader needs, so the newest are taken and turned round
    last = list(said.select_related("user").order_by("-created_at", "-seq")[:LAST_MESSAGES])
    for message in reversed(last):
        speaker = lead if message.author == Message.Author.CLIENT else message.get_author_display()
        yield f"{speaker}: {shown(message.body, message.kind)[:LONGEST_WORDS]}"
