"""What people say of themselves: whether they take leads, where they can be reached."""

from leads.models import Consultant, User
from leads.on_commit import enqueue
from leads.tasks import assign_waiting_leads


def set_accepting(user: User, is_accepting: bool) -> None:
    """The switch on the consultant's desk. Turned on, the unassigned queue looks at them at once."""
    Consultant.objects.filter(pk=user.pk).update(is_accepting_leads=is_accepting)
    if is_accepting:
        enqueue(assign_waiting_leads)


def set_phone(user: User, phone: str) -> None:
    """A consultant's own number in E.164, or '' for none."""
    Consultant.objects.filter(pk=user.pk).update(phone=phone)
