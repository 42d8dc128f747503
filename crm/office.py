"""What every office needs before its first lead. Safe to run again: what is there stays as it is."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import translation
from django.utils.translation import pgettext_lazy

from leads import circles
from leads.models import AssignmentRule, Consultant, Status
from leads.models.people import MANAGERS_GROUP

# By the usual names, which a reader sees in their own language (`Status.title`)
STATUSES = [
    ("new", pgettext_lazy("status", "New"), Status.Kind.OPEN),
    ("contacted", pgettext_lazy("status", "Contacted"), Status.Kind.OPEN),
    ("visit", pgettext_lazy("status", "Visit"), Status.Kind.OPEN),
    ("proposal", pgettext_lazy("status", "Proposal"), Status.Kind.OPEN),
    ("won", pgettext_lazy("status", "Won"), Status.Kind.WON),
    ("lost", pgettext_lazy("status", "Lost"), Status.Kind.LOST),
]
MANAGED_APPS = ["leads", "whatsapp", "agent"]
FIRST_CIRCLE = "Everyone"


@transaction.atomic
def set_up() -> list[str]:
    """Make what is missing as a whole; an office that took one status away does not get it back. Returns what
    was made."""
    made = []
    if not Status.objects.exists():
        make_statuses()
        made.append("statuses")
    if not Group.objects.filter(name=MANAGERS_GROUP).exists():
        managers_group()
        made.append(f"the group “{MANAGERS_GROUP}”")
    if not AssignmentRule.objects.exists():
        make_first_circle()
        made.append(f"the assignment rule “{FIRST_CIRCLE}”")
    return made


def make_statuses() -> None:
    with translation.override("en"):
        for position, (slug, name, kind) in enumerate(STATUSES):
            facts = {"name": str(name), "position": position, "kind": kind}
            Status.objects.get_or_create(slug=slug, defaults=facts)


def managers_group() -> Group:
    """Its members see every lead; in the admin they may do what is of this program."""
    group, is_new = Group.objects.get_or_create(name=MANAGERS_GROUP)
    if is_new:
        group.permissions.set(Permission.objects.filter(content_type__app_label__in=MANAGED_APPS))
    return group


def make_first_circle() -> AssignmentRule:
    """Round robin over whoever sells here by now. Later ones are seated by a manager, who knows who takes leads."""
    rule = AssignmentRule.objects.create(name=FIRST_CIRCLE)
    circles.seat(rule, list(Consultant.objects.filter(user__is_active=True).order_by("pk")))
    return rule
