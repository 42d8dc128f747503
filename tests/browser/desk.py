"""Leads for the board's tests, and what the tests look at."""

from itertools import count

from playwright.sync_api import Locator, Page, expect

from agent.notify import tell_consultants
from leads.actors import SYSTEM
from leads.models import Assignment, Lead, User
from leads.payload import LeadPayload
from leads.services import assigning, intake
from tests.stack import wait_for

_numbers = count(1)
# A machine that runs several stacks at once needs longer than Playwright waits by itself.
expect.set_options(timeout=15_000)


def make_lead(name: str, consultant: str = "ana", **facts: object) -> Lead:
    """A lead in the first column, given to `consultant`; '' leaves it unassigned.

    Its consultant has been told, so that no notice of it comes in the middle of what is looked at.
    """
    payload = LeadPayload(name=name, phone=f"+55119{91000000 + next(_numbers)}", **facts)
    lead = intake.receive_lead(payload=payload, source=None, actor=SYSTEM, assign=False).lead
    if consultant:
        owner = User.objects.get(username=consultant)
        manager = User.objects.get(username="manager")
        assigning.assign_by_hand(user=manager, lead_id=lead.pk, consultant_id=owner.pk)
        wait_for(lambda: _is_told(lead), what="the notice")
    return Lead.objects.get(pk=lead.pk)


def _is_told(lead: Lead) -> bool:
    """By us or by a worker of the stack, whoever comes first."""
    tell_consultants()
    return not Assignment.objects.filter(lead=lead, notice=Assignment.Notice.PENDING).exists()


def card(page: Page, name: str) -> Locator:
    return page.locator(".card", has=page.get_by_role("link", name=name, exact=True))


def column(page: Page, status: str) -> Locator:
    return page.locator(f'.column[data-status="{status}"]')


def names_in(page: Page, status: str) -> list[str]:
    return column(page, status).locator(".card-link").all_inner_texts()


def drag(page: Page, source: Locator, target: Locator) -> None:
    """With a real mouse, in steps, as a hand does it. Ends a little below the target's top."""
    source.hover(position={"x": 40, "y": 12})
    page.mouse.down()
    box = target.bounding_box()
    assert box
    for step in (0.3, 0.6, 0.9, 1.0):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20 * step, steps=4)
    page.mouse.up()


def toast(page: Page, text: str) -> Locator:
    """The toast that says `text`. Others may stand beside it: notices come when they come."""
    return page.locator(".toast").filter(has_text=text)


def is_live(page: Page) -> Locator:
    return page.locator('#live[data-state="live"]')
