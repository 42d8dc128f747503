"""What a notice says, in the language that is switched on: who it is about and what lets one act."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Lead, Notice
from leads.scoring import reason_in_words
from leads.slot_lines import slot_lines
from whatsapp.models import Message
from whatsapp.payloads import shown

LONGEST_TITLE = 200
LONGEST_WORDS = 500
LAST_MESSAGES = 4


def title_of(notice: Notice) -> str:
    name = {"name": notice.lead or ""}
    titles = {
        Notice.Kind.ASSIGNED: _("New lead: %(name)s"),
        Notice.Kind.WARNED: _("%(name)s waits for your first reply"),
        Notice.Kind.TAKEN_AWAY: _("%(name)s went to somebody else"),
        Notice.Kind.ALERT: _("%(name)s needs a manager"),
        Notice.Kind.TEST: _("This is a test"),
    }
    return (titles[Notice.Kind(notice.kind)] % name)[:LONGEST_TITLE]


def body_of(notice: Notice) -> str:
    """Why, then what lets the reader act. Of a lead that is no longer theirs nothing but where it went."""
    parts = [reason_of(notice)]
    if notice.lead and notice.kind != Notice.Kind.TAKEN_AWAY:
        parts += [*_facts_of(notice.lead), address_of(notice)]
    return "\n\n".join(part for part in parts if part)


def reason_of(notice: Notice) -> str:
    """One sentence that says why somebody hears of this."""
    facts = notice.facts
    if notice.kind == Notice.Kind.TEST:
        return _("If you can read this, this way of telling you works.")
    if notice.kind == Notice.Kind.WARNED and facts.get("minutes"):
        return ngettext(
            "Reply within %(minutes)d minute, or the lead goes to the next colleague.",
            "Reply within %(minutes)d minutes, or the lead goes to the next colleague.",
            int(facts["minutes"]),
        ) % {"minutes": int(facts["minutes"])}
    if notice.kind == Notice.Kind.TAKEN_AWAY:
        return _where_it_went(facts)
    return _why_managers(facts) if notice.kind == Notice.Kind.ALERT else ""


def address_of(notice: Notice) -> str:
    """Where the reader can act; '' where there is nothing to do."""
    if notice.lead_id is None or notice.kind == Notice.Kind.TAKEN_AWAY:
        return ""
    return f"{settings.PUBLIC_URL}/leads/{notice.lead_id}/"


def _where_it_went(facts: Mapping[str, Any]) -> str:
    name = facts.get("to")
    where = _("%(name)s has this lead now.") % {"name": name} if name else _("A manager looks after it now.")
    if not facts.get("minutes"):
        return where
    minutes = int(facts["minutes"])
    why = ngettext(
        "There was no first reply within %(minutes)d minute.",
        "There was no first reply within %(minutes)d minutes.",
        minutes,
    )
    return f"{why % {'minutes': minutes}} {where}"


def _why_managers(facts: Mapping[str, Any]) -> str:
    if facts.get("times"):
        times = int(facts["times"])
        return ngettext(
            "%(times)d consultant did not reply to this lead.",
            "%(times)d consultants did not reply to this lead.",
            times,
        ) % {"times": times}
    minutes = int(facts.get("minutes") or 0)
    return ngettext(
        "Nobody could take this lead for %(minutes)d minute.",
        "Nobody could take this lead for %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


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
    last = list(said.select_related("user").order_by("-created_at", "-seq")[:LAST_MESSAGES])
    for message in reversed(last):
        speaker = lead if message.author == Message.Author.CLIENT else message.get_author_display()
        yield f"{speaker}: {shown(message.body, message.kind)[:LONGEST_WORDS]}"
