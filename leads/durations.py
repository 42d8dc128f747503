"""How long something took, for people."""

from datetime import timedelta

from django.utils.translation import gettext as _


def lasting(span: timedelta | None) -> str:
    """A duration in its two largest units."""
    if span is None:
        return "–"
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return _("%(count)d s") % {"count": span.total_seconds()}
    hours, minutes = divmod(minutes, 60)
    if hours < 1:
        return _("%(count)d min") % {"count": minutes}
    days, hours = divmod(hours, 24)
    if days < 1:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
