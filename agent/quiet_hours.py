"""When somebody wants to be left in peace, in their own time zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from leads.models import Consultant, NoticePreferences

# A clock that is put back may leave the end of the quiet hours behind us.
SHORTEST = timedelta(minutes=1)


def timezone_of(user_id: int) -> ZoneInfo:
    """A consultant's own; that of the installation for everybody else."""
    chosen = Consultant.objects.filter(pk=user_id).values_list("timezone", flat=True).first()
    return ZoneInfo(chosen or settings.TIME_ZONE)


def end_of_quiet(chosen: NoticePreferences, zone: ZoneInfo, at: datetime) -> datetime | None:
    """When the quiet hours that hold at `at` are over; None: it is not quiet."""
    if chosen.quiet_from is None or chosen.quiet_until is None:
        return None
    local = at.astimezone(zone)
    clock = local.time()
    # "22:00 to 07:00" runs over midnight, "12:00 to 13:00" does not
    is_overnight = chosen.quiet_from > chosen.quiet_until
    after_start, before_end = clock >= chosen.quiet_from, clock < chosen.quiet_until
    if not (after_start or before_end if is_overnight else after_start and before_end):
        return None
    day = local.date() if before_end else local.date() + timedelta(days=1)
    # `fold` tells the first 01:30 from the second in the night when clocks are put back (PEP 495)
    end = datetime.combine(day, chosen.quiet_until, zone).replace(fold=local.fold)
    return max(end.astimezone(at.tzinfo), at + SHORTEST)
