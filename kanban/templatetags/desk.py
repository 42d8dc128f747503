"""What the templates of the desk need: icons, times, names of speakers, words for the browser."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kanban.notices import bell_facts
from kanban.waiting import count_waiting
from kanban.words import browser_words
from leads.durations import lasting
from leads.models import Lead, User
from leads.slot_lines import interest_in_words
from leads.stored_words import said_again
from whatsapp.kind_words import kind_in_words, words_or_kind

register = template.Library()
register.filter(lasting)
register.filter("kind_in_words", kind_in_words)
register.filter("words_or_kind", words_or_kind)

SPRITE = "vendor/lucide-static/1.62.0/sprite.svg"
WAITS_LONG = timedelta(minutes=10)
WAITS_TOO_LONG = timedelta(hours=1)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative picture; the words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static(SPRITE), name
    )


@register.simple_tag
def when(moment: datetime | str | None, kind: str = "ago") -> SafeString | str:
    """A `<time>` that the browser keeps up to date: `ago`, `clock`, `left` (until then) or `since`."""
    at = parse_datetime(moment) if isinstance(moment, str) else moment
    if at is None:
        return ""
    local = timezone.localtime(at)
    exact = formats.date_format(local, "DATETIME_FORMAT")
    # The words are the browser's, which keeps them current; without scripts the full time stands there
    text = formats.time_format(local, "H:i") if kind == "clock" else exact
    return format_html(
        '<time datetime="{}" title="{}" data-when="{}">{}</time>', local.isoformat(), exact, kind, text
    )


@register.filter
def urgency(waiting_since: datetime | str | None) -> str:
    """`warn` after ten minutes, `danger` after an hour."""
    at = parse_datetime(waiting_since) if isinstance(waiting_since, str) else waiting_since
    if at is None:
        return ""
    waited = timezone.now() - at
    if waited > WAITS_TOO_LONG:
        return "danger"
    return "warn" if waited > WAITS_LONG else ""


@register.filter
def initials(name: str) -> str:
    words = str(name).split()
    return (words[0][:1] + words[-1][:1] if len(words) > 1 else str(name)[:2]).upper()


@register.filter
def money(value: Any) -> str:
    """What a lead is worth: without cents, grouped as the reader's language does."""
    return "" if value in (None, "") else _amount(value, 0, settings.CURRENCY)


@register.filter
def price(value: Any, decimals: int = 2) -> str:
    """What the model costs."""
    return _amount(value, decimals, settings.AGENT_CURRENCY)


def _amount(value: Any, decimals: int, currency: str) -> str:
    rounded = Decimal(str(value)).quantize(Decimal(10) ** -decimals)
    number = formats.number_format(rounded, use_l10n=True, force_grouping=True)
    # No line may end between the two
    return f"{currency}\N{NO-BREAK SPACE}{number}" if currency else number


@register.filter
def speaker(author: str) -> str:
    """Who wrote a message, in a word."""
    names = {
        "client": pgettext("speaker", "Client"),
        "agent": pgettext("speaker", "Agent"),
        "consultant": pgettext("speaker", "Consultant"),
        "system": pgettext("speaker", "System"),
    }
    return names.get(author, author)


@register.filter
def speaker_icon(author: str) -> str:
    return {"agent": "bot", "consultant": "user", "system": "info", "client": "message-circle"}.get(
        author, "user"
    )


@register.filter
def source_in_words(name: str | None) -> str:
    """Who has none wrote to us."""
    return said_again(name) if name else "WhatsApp"


@register.filter
def is_consultant(user: User) -> bool:
    return hasattr(user, "consultant")


@register.filter
def theme(cookies: dict[str, str]) -> str:
    # A cookie is the visitor's to write, and this ends up in an attribute
    chosen = cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else "auto"


@register.simple_tag
def waiting_count(user: User) -> int:
    """How many of the user's leads wait for an answer, up to a hundred."""
    return count_waiting(user)


@register.simple_tag
def bell_of(user: User) -> dict[str, Any]:
    """What the bell in the header begins with."""
    return bell_facts(user)


@register.simple_tag
def words_for_browser() -> dict[str, Any]:
    return browser_words()


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Each language by its own name."""
    # Who cannot read the page finds their language in its own words
    own_names = {"en": "English", "pt-br": "Português", "es": "Español"}
    return [(code, own_names.get(code, str(name))) for code, name in settings.LANGUAGES]


@register.simple_tag
def simulator_is_on() -> bool:
    return settings.SIMULATOR


@register.filter
def temperature_name(value: str) -> str:
    return {"hot": _("Hot"), "warm": _("Warm"), "cold": _("Cold")}.get(value, value)


@register.filter
def temperature_icon(value: str) -> str:
    return {"hot": "flame", "warm": "thermometer", "cold": "snowflake"}.get(value, "thermometer")


@register.filter
def sheets(names: str) -> list[str]:
    """Addresses of the style sheets, in order."""
    return [static(f"app/css/{name}.css") for name in names.split()]


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def unlocalized(number: int) -> str:
    """For machines: no thousands separators whatever the language."""
    return str(number)


@register.filter
def card_name(card: dict[str, Any]) -> str:
    """What a card calls its lead: the name, else how to reach them."""
    return card["name"] or card["phone"] or card["email"] or _("No name")


@register.filter
def interest(card: dict[str, Any]) -> str:
    """What a card's lead wants; by the shipped words alone, for a board has hundreds of cards."""
    return interest_in_words(card["product"], card.get("slots", {}))


@register.filter
def without_channel(address: str) -> str:
    """The number as people write it: '+5511…' of 'whatsapp:+5511…'."""
    return address.removeprefix("whatsapp:")


@register.filter
def lead_name(lead: Lead) -> str:
    return lead.name or lead.phone or lead.email or _("No name")


@register.filter
def unlocalized_value(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


@register.simple_tag
def bar(percent: int) -> SafeString:
    """A bar as SVG; the number stands beside it in words."""
    return format_html(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="10"></rect><rect class="fill" width="{}" height="10"></rect></svg>',
        str(percent),
    )


@register.filter
def time_value(value: time | str | None) -> str:
    """For an input of type time; what somebody typed comes back as it was."""
    return value.strftime("%H:%M") if isinstance(value, time) else value or ""


@register.filter
def begins(text: str, start: str) -> bool:
    return text.startswith(start)
