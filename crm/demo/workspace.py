"""What a company sets up before its first lead. Safe to run again: what is there stays as it is."""

from typing import Any

from agent.models import Playbook
from agent.playbook_library import load_library
from agent.playbooks import publish
from crm.office import FIRST_CIRCLE, make_statuses, managers_group
from leads import circles
from leads.models import AssignmentRule, Consultant, Source, User
from whatsapp.accounts import environment_account, simulator_account
from whatsapp.models import Line
from whatsapp.simulator import contents
from whatsapp.template_sync import keep_templates
from whatsapp.transports.twilio_templates import facts_of

PASSWORD = "demo"  # noqa: S105 - the demo's own; production refuses it
CONSULTANTS = [("ana", "Ana", "Souza"), ("bia", "Bia", "Martins"), ("carlos", "Carlos", "Lima")]
# The number of Twilio's sandbox
AGENT_LINE = "whatsapp:+14155238886"
# 555-01xx are kept for films and examples in North America
ANAS_LINE = "whatsapp:+14155550101"
DOMAIN = "real_estate"


def make_workspace() -> None:
    make_statuses()
    make_manager()
    consultants = [make_consultant(*person) for person in CONSULTANTS]
    make_circles(consultants)
    make_lines(consultants[0])
    make_templates()
    make_source()
    make_playbook()


def make_user(username: str, first_name: str, last_name: str, **facts: bool) -> User:
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={
            "first_name": first_name,
            "last_name": last_name,
            "email": f"{username}@example.com",
            **facts,
        },
    )
    if is_new:
        user.set_password(PASSWORD)
        user.save()
    return user


def make_manager() -> User:
    manager = make_user("manager", "Marina", "Prado", is_staff=True, is_superuser=True)
    manager.groups.add(managers_group())
    return manager


def make_consultant(username: str, first_name: str, last_name: str) -> Consultant:
    user = make_user(username, first_name, last_name)
    return Consultant.objects.get_or_create(user=user)[0]


def make_circles(consultants: list[Consultant]) -> None:
    """Everybody in turn, with the return timer on; what a partner brings waits to be taken."""
    everyone = {"position": 1, "reply_minutes": 15, "reply_grace_minutes": 10}
    make_circle(FIRST_CIRCLE, consultants, **everyone)
    make_circle("Partners", consultants, strategy=AssignmentRule.Strategy.POOL, creators=["partner"])


def make_circle(name: str, consultants: list[Consultant], **facts: Any) -> None:
    rule, is_new = AssignmentRule.objects.get_or_create(name=name, defaults=facts)
    if is_new:
        circles.seat(rule, consultants)


def make_lines(ana: Consultant) -> None:
    Line.objects.get_or_create(address=AGENT_LINE, defaults={"name": "Agent", "kind": Line.Kind.AGENT})
    Line.objects.get_or_create(
        address=ANAS_LINE, defaults={"name": "Ana", "kind": Line.Kind.CONSULTANT, "consultant": ana}
    )


def make_templates() -> None:
    """The simulated account's, as a look at it would find them. Those of another account beat reads soon."""
    account = environment_account()
    if account == simulator_account():
        keep_templates(account.sid, [facts_of(content) for content in contents.listed()])


def make_source() -> Source:
    return Source.objects.get_or_create(
        slug="site",
        defaults={
            "name": "Site",
            "kind": "generic",
            "default_country": "BR",
            "secret": "demo-secret",
            "signing_secret": "whsec_ZGVtby1zZWNyZXQtZGVtby1zZWNyZXQ=",
        },
    )[0]


def make_playbook() -> Playbook:
    playbook, is_new = Playbook.objects.get_or_create(
        domain=DOMAIN, defaults={"name": "Real estate", "is_default": True, "draft": load_library(DOMAIN)}
    )
    if is_new or playbook.current is None:
        publish(playbook)
    return playbook
