"""Every page of the admin opens, for every kind of row, and every filter link works."""

import html
import re
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from crm.demo.leads import make_leads
from crm.demo.workspace import make_workspace
from leads.models import User

# Without it a run of this file alone has no test database
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo workspace with a few leads, once for all pages."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_workspace()
        make_leads(9, report=lambda _: None)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def manager(demo, client, django_db_blocker):
    with django_db_blocker.unblock():
        client.force_login(User.objects.get(username="manager"))
        yield client


MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def worth_following(links: list[str]) -> list[str]:
    """All filters of our own; one value of each column's, and one order: Django treats the others alike."""
    chosen = {}
    for link in map(html.unescape, links):
        names = tuple(name for name, _ in parse_qsl(link[1:], keep_blank_values=True))
        is_djangos = names == ("o",) or any("__" in name for name in names)
        chosen.setdefault(names if is_djangos else link, link)
    return list(chosen.values())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_admin_pages_of_every_model_open(manager, model):
    changelist = address(model, "changelist")
    listed = manager.get(changelist)
    assert listed.status_code == 200
    assert manager.get(changelist, {"q": "ana"}).status_code == 200
    for link in worth_following(re.findall(r'href="(\?[^"]+)"', listed.content.decode())):
        assert manager.get(changelist + link).status_code == 200, link
    for row in model._default_manager.all()[:3]:
        assert manager.get(address(model, "change", row.pk)).status_code == 200
    assert manager.get(address(model, "add")).status_code in (200, 403)


# One row, or seen beneath its parent alone
WITHOUT_A_LIST = {"agent.PushKey", "leads.ScoringProfile"}


def test_every_list_can_be_searched_and_filtered():
    ours = {
        model._meta.label: page
        for model, page in admin.site._registry.items()
        if model._meta.app_label in ("leads", "whatsapp", "agent", "authtoken")
    }
    bare = {label for label, page in ours.items() if not (page.search_fields and page.list_filter)}
    assert bare == WITHOUT_A_LIST
