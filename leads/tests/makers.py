"""Small makers of rows for tests."""

from itertools import count

from rest_framework.test import APIClient

from leads import circles
from leads.models import AssignmentRule, Consultant, Lead, Status, User

_numbers = count(1)

STATUSES = [
    ("new", "New", "open"),
    ("contacted", "Contacted", "open"),
    ("won", "Won", "won"),
    ("lost", "Lost", "lost"),
]


def make_statuses() -> list[Status]:
    for position, (slug, name, kind) in enumerate(STATUSES):
        Status.objects.get_or_create(slug=slug, defaults={"name": name, "position": position, "kind": kind})
    return list(Status.objects.all())


def make_user(username: str = "", **over) -> User:
    username = username or f"user{next(_numbers)}"
    return User.objects.create_user(username, f"{username}@crm.example", "secret-pass", **over)


def make_manager(username: str = "") -> User:
    return make_user(username or f"manager{next(_numbers)}", is_staff=True, is_superuser=True)


def make_consultant(username: str = "", **over) -> Consultant:
    return Consultant.objects.create(user=make_user(username), **over)


def make_circle(
    *consultants: Consultant, name: str = "Everyone", weights: list[int] | None = None, **over
) -> AssignmentRule:
    rule = AssignmentRule.objects.create(name=name, **over)
    circles.seat(rule, consultants, weights)
    return rule


def make_lead(**over) -> Lead:
    make_statuses()
    number = next(_numbers)
    facts = {"name": f"Lead {number}", "phone": f"+55119{number:08d}", "status_id": "new"} | over
    return Lead.objects.create(**facts)


def client_of(user: User) -> APIClient:
    """The API as this person's browser uses it."""
    client = APIClient()
    client.force_login(user)
    return client
