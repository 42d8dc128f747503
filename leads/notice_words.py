"""What a notice says, in the language that is switched on: whom it is about, why, and where to act."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.decision_words import because_of
from leads.models import Assignment, Lead, Notice
from leads.slot_lines import interest_in_words

LONGEST_TITLE = 200


def title_of(notice: Notice) -> str:
    name = {"name": notice.lead or ""}
    if notice.facts.get("outcome") == Assignment.Outcome.KEPT:
        return " ".join((_("%(name)s is back, and yours as before") % name).split())[:LONGEST_TITLE]
    if notice.facts.get("what") == "model":
        return _("The language model refuses to answer")
    if notice.facts.get("what") == "budget":
        return _("The language model has used most of today’s money")
    if notice.facts.get("what") in ("line", "line_late", "line_refused"):
        return _title_of_line(notice.facts)
    titles = {
        Notice.Kind.ASSIGNED: _("New lead: %(name)s"),
        Notice.Kind.WARNED: _("%(name)s waits for your first reply"),
        Notice.Kind.TAKEN_AWAY: _("%(name)s went to somebody else"),
        Notice.Kind.ALERT: _("%(name)s needs a manager"),
        Notice.Kind.POOLED: _("A lead waits to be taken"),
        Notice.Kind.TEST: _("This is a test"),
    }
    # One line: it becomes the subject of a letter.
    return " ".join((titles[Notice.Kind(notice.kind)] % name).split())[:LONGEST_TITLE]


def _title_of_line(facts: Mapping[str, Any]) -> str:
    titles = {
        "line": _("The line %(line)s cannot send"),
        "line_late": _("The line %(line)s sends late"),
        "line_refused": _("WhatsApp refuses messages of the line %(line)s"),
    }
    return " ".join((titles[facts["what"]] % {"line": facts.get("line", "")}).split())[:LONGEST_TITLE]


def title_out_of_sight() -> str:
    """Instead of the title, where the lead is no longer the reader's to see."""
    return _("About a lead that you do not see any more")


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
    if notice.kind == Notice.Kind.POOLED:
        return _what_it_is_about(notice.lead) if notice.lead else ""
    if notice.kind == Notice.Kind.ASSIGNED:
        return _how_it_came(facts)
    return _why_managers(facts) if notice.kind == Notice.Kind.ALERT else ""


def address_of(notice: Notice) -> str:
    """Where the reader can act; '' where there is nothing to do."""
    if path := notice.facts.get("path"):
        return f"{settings.PUBLIC_URL}{path}"
    if notice.lead_id is None or notice.kind == Notice.Kind.TAKEN_AWAY:
        return ""
    if notice.kind == Notice.Kind.POOLED:  # it is taken on the board, and nobody opens it before
        return f"{settings.PUBLIC_URL}/"
    return f"{settings.PUBLIC_URL}/leads/{notice.lead_id}/"


def _how_it_came(facts: Mapping[str, Any]) -> str:
    """Whose it was, or who gave it; '' where it is simply the next one."""
    if because := because_of(facts):
        return f"{because}."
    by = facts.get("by") if facts.get("trigger") == Assignment.Trigger.MANUAL else ""
    return _("%(user)s gave it to you.") % {"user": by} if by else ""


def _what_it_is_about(lead: Lead) -> str:
    """What a pool shows: who it is, only whoever takes the lead learns."""
    about = [
        lead.get_temperature_display(),
        # By the shipped words alone: a bell has many leads
        interest_in_words(lead.product, lead.slots),
        lead.city,
        lead.source.name if lead.source else "",
    ]
    return " · ".join(filter(None, about))


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
    if facts.get("what") == "model":
        return _(
            "Its provider says: %(reason)s. Somebody must act; the scripted agent answers meanwhile."
        ) % {"reason": facts.get("reason", "")}
    if facts.get("what") == "line":
        return _(
            "Its provider refuses every message (error %(reason)s). They wait until the line is set up "
            "correctly; after a day they fail."
        ) % {"reason": facts.get("reason", "")}
    if facts.get("what") == "line_late":
        return _(
            "For minutes its provider has asked to slow down, or was out of reach (%(reason)s). Its messages are "
            "tried again for about an hour; then they fail, and can be sent again."
        ) % {"reason": facts.get("reason", "")}
    if facts.get("what") == "line_refused":
        return _(
            "A message was refused for a reason that is not its client's (error %(reason)s). The next ones may be, "
            "too: see the line's page, and its provider's."
        ) % {"reason": facts.get("reason", "")}
    if facts.get("what") == "budget":
        whose = facts.get("playbook") or _("all playbooks")
        return _(
            "Four fifths of %(cap)s for %(whose)s are spent. At the cap the scripted agent goes on alone."
        ) % {
            "cap": f"{facts.get('cap', 0):g}",
            "whose": whose,
        }
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
