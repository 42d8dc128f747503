"""When the team is there, by the playbook's hours. Only wording depends on it: leads are handed over all the same."""

from datetime import datetime

from agent.brains.playbook import Playbook

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_open(playbook: Playbook, moment: datetime) -> bool:
    """At `moment`, in its own timezone. A closing time before the opening time is after midnight."""
    if not playbook.hours:
        return True
    # "09:00" < "18:30" also as texts, for both have their zeros
    time, today = f"{moment:%H:%M}", moment.weekday()
    begins, ends = playbook.hours.get(WEEKDAYS[today], ("", ""))
    if begins and begins <= time and (time < ends or ends <= begins):
        return True
    # A bar that opens on Friday at 18:00 until 02:00 is open on Saturday at 01:00; -1 is Sunday
    began_yesterday, ends_today = playbook.hours.get(WEEKDAYS[today - 1], ("", ""))
    return bool(began_yesterday) and ends_today <= began_yesterday and time < ends_today
