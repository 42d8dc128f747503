"""Circles and people in the admin: what a form does not show is not written, and nobody's leads are orphaned."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client

from leads.actors import SYSTEM
from leads.assignment_ledger import contradictions
from leads.models import AssignmentRule, Consultant, Lead, RuleMember, Status, User
from leads.services import assigning
from leads.tests.locks import in_own_connection, wait_for_lock_waiters
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager, make_user


@pytest.fixture
def desk(db, client):
    client.force_login(make_manager())
    return client


def give(lead):
    with transaction.atomic():
        return assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")


def address(rule):
    return f"/admin/leads/assignmentrule/{rule.pk}/change/"


def form_of(rule, **over):
    facts = {
        "name": rule.name,
        "position": rule.position,
        "is_active": "on",
        "strategy": rule.strategy,
        "fallback": rule.fallback,
        "returns_to_owner": "on",
        "reply_grace_minutes": 5,
        "reply_rounds": 2,
        "alert_minutes": 15,
    }
    seats = list(rule.members.order_by("position"))
    facts |= {"members-TOTAL_FORMS": len(seats), "members-INITIAL_FORMS": len(seats)}
    for at, seat in enumerate(seats):
        facts |= {
            f"members-{at}-id": seat.pk,
            f"members-{at}-rule": rule.pk,
            f"members-{at}-position": seat.position,
            f"members-{at}-consultant": seat.consultant_id,
            f"members-{at}-weight": seat.weight,
        }
    return facts | over


def names(rule):
    return list(rule.members.order_by("position").values_list("consultant__user__username", flat=True))


def test_seats_change_places(desk):
    rule = make_circle(make_consultant("ana"), make_consultant("bia"))

    answer = desk.post(address(rule), form_of(rule, **{"members-0-position": 2, "members-1-position": 1}))

    assert answer.status_code == 302
    assert names(rule) == ["bia", "ana"]
    assert give(make_lead()).consultant.user.username == "bia"


def test_seat_moves_to_the_place_of_one_that_is_given_up(desk):
    rule = make_circle(*(make_consultant(name) for name in ("ana", "bia", "caio")))

    answer = desk.post(address(rule), form_of(rule, **{"members-0-DELETE": "on", "members-1-position": 1}))

    assert answer.status_code == 302
    assert names(rule) == ["bia", "caio"]


def test_new_rule_with_a_seat_gives_leads(desk):
    ana = make_consultant("ana")
    seat = {"members-TOTAL_FORMS": 1, "members-0-position": 1, "members-0-weight": 1}
    blank = AssignmentRule(name="New")
    facts = {
        key: value for key, value in form_of(make_circle(name="Other", is_active=False)).items() if value
    }
    facts |= {"name": blank.name, "position": 0, "members-INITIAL_FORMS": 0} | seat

    answer = desk.post("/admin/leads/assignmentrule/add/", facts | {"members-0-consultant": ana.pk})

    assert answer.status_code == 302
    assert give(make_lead()).rule.name == "New"


def test_rule_saved_without_seats_says_that_it_gives_nothing(desk):
    rule = make_circle()
    html = desk.post(address(rule), form_of(rule), follow=True).content.decode()
    assert "“Everyone” has no seats: nobody gets a lead by it." in html


def test_temperatures_of_a_rule_are_chosen_and_none_that_there_is_not_is_taken(desk):
    rule = make_circle(make_consultant("ana"), temperatures=["hot"])
    page = desk.get(address(rule)).content.decode()
    assert 'value="hot" id="id_temperatures_0" checked' in page

    assert desk.post(address(rule), form_of(rule, temperatures=["warm", "cold"])).status_code == 302
    refused = desk.post(address(rule), form_of(rule, temperatures=["hott"]))

    assert "hott" in str(refused.context["errors"])
    rule.refresh_from_db()
    assert rule.temperatures == ["warm", "cold"]


@pytest.mark.parametrize(("written", "kept"), [("pt-BR, es", ["pt-BR", "es"]), ("pt, portugues brasil", [])])
def test_languages_of_a_rule_are_codes(desk, written, kept):
    rule = make_circle(make_consultant("ana"))
    answer = desk.post(address(rule), form_of(rule, languages=written))
    rule.refresh_from_db()
    assert rule.languages == kept
    assert bool(kept) or "“portugues brasil” is no code of a language" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seats", [{}, {"members-1-weight": 2}])
def test_rule_saved_while_a_lead_is_given_keeps_what_was_counted(client, seats):
    rule = make_circle(make_consultant("ana"), make_consultant("bia"))
    give(make_lead())
    client.force_login(make_manager())
    form = form_of(rule, name="Renamed", **seats)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            give(make_lead())
            saving = pool.submit(in_own_connection, client.post, path=address(rule), data=form)
            wait_for_lock_waiters(1)
        assert saving.result().status_code == 302

    rule.refresh_from_db()
    assert (rule.name, rule.decisions) == ("Renamed", 2)
    assert list(RuleMember.objects.order_by("position").values_list("leads_given", flat=True)) == [1, 1]
    assert list(contradictions()) == []
    assert give(make_lead()).consultant.user.username == "ana"


@pytest.mark.django_db(transaction=True)
def test_list_of_rules_saved_while_a_lead_is_given_keeps_what_was_counted(client):
    rule = make_circle(make_consultant("ana"), make_consultant("bia"))
    client.force_login(make_manager())
    form = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": rule.pk, "_save": "Save"}
    form |= {"form-0-position": 5, "form-0-is_active": "on"}
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            give(make_lead())
            changelist = "/admin/leads/assignmentrule/"
            saving = pool.submit(in_own_connection, client.post, path=changelist, data=form)
            wait_for_lock_waiters(1)
        assert saving.result().status_code == 302

    rule.refresh_from_db()
    assert (rule.position, rule.pointer, rule.decisions) == (5, 1, 1)


@pytest.mark.parametrize("model", ["user", "consultant"])
def test_person_with_leads_is_not_deleted_and_the_page_says_what_to_do(desk, model):
    ana = make_consultant("ana")
    make_circle(ana)
    give(make_lead())

    page = desk.get(f"/admin/leads/{model}/{ana.pk}/change/")
    assert "deactivate the user" in page.content.decode()
    answer = desk.post(f"/admin/leads/{model}/{ana.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 403
    assert Lead.objects.get().consultant == ana


@pytest.mark.parametrize("model", ["user", "consultant"])
def test_people_with_leads_are_not_deleted_among_others(desk, model):
    ana, bia = make_consultant("ana"), make_consultant("bia")
    make_circle(ana)
    give(make_lead())
    Lead.objects.update(consultant=None)

    chosen = {"action": "delete_selected", "_selected_action": [ana.pk, bia.pk], "post": "yes"}
    desk.post(f"/admin/leads/{model}/", chosen)

    assert Consultant.objects.count() == 2


def test_person_without_leads_is_deleted(desk):
    ana = make_consultant("ana")
    assert desk.post(f"/admin/leads/user/{ana.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=ana.pk).exists()


def test_give_leads_away_by_staff_who_are_no_managers_is_refused_in_words(db):
    ana, clerk, client = make_consultant("ana"), make_user("clerk", is_staff=True), Client()
    allowed = ["view_consultant", "change_consultant"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=allowed))
    client.force_login(clerk)

    chosen = {"action": "give_leads_away", "_selected_action": [ana.pk]}
    answer = client.post("/admin/leads/consultant/", chosen, follow=True)

    assert answer.status_code == 200
    assert "Only managers redistribute leads." in answer.content.decode()
    assert Consultant.objects.get().is_accepting_leads


def test_new_seat_saved_twice_is_refused_in_words(desk):
    rule, ana = make_circle(make_consultant("bia")), make_consultant("ana")
    form = with_new_seat(form_of(rule), ana)
    assert desk.post(address(rule), form).status_code == 302

    answer = desk.post(address(rule), form)

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert names(rule) == ["bia", "ana"]


def with_new_seat(form, consultant):
    seat = {"members-1-position": 2, "members-1-consultant": consultant.pk, "members-1-weight": 1}
    return form | seat | {"members-TOTAL_FORMS": 2}


@pytest.mark.django_db(transaction=True)
def test_new_seat_saved_twice_at_once_is_taken_once_and_refused_in_words(client):
    rule, ana = make_circle(make_consultant("bia")), make_consultant("ana")
    client.force_login(make_manager())
    form = with_new_seat(form_of(rule), ana)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            AssignmentRule.objects.select_for_update(no_key=True).get()
            rule.members.create(consultant=ana, position=2)
            saving = pool.submit(in_own_connection, client.post, path=address(rule), data=form)
            wait_for_lock_waiters(1)
        answer = saving.result()

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert names(rule) == ["bia", "ana"]


def test_lead_is_archived_and_not_deleted_whoever_asks(desk):
    make_circle(make_consultant("ana"))
    lead = make_lead()
    give(lead)

    page = desk.get(f"/admin/leads/lead/{lead.pk}/change/").content.decode()

    assert f"/admin/leads/lead/{lead.pk}/delete/" not in page
    assert "delete_selected" not in desk.get("/admin/leads/lead/").content.decode()
    assert Lead.objects.filter(pk=lead.pk).exists()


def test_kind_of_a_status_with_leads_stays_and_the_page_says_why(desk):
    make_lead(status_id="new")
    address = "/admin/leads/status/{}/change/".format
    form = {"name": "Other", "position": 7, "kind": "lost"}

    assert "kind cannot be changed" in desk.get(address("new")).content.decode()
    assert desk.post(address("new"), form).status_code == 302
    assert desk.post(address("contacted"), form).status_code == 302

    kinds = dict(Status.objects.values_list("slug", "kind"))
    assert (kinds["new"], kinds["contacted"]) == ("open", "lost")
    assert Status.objects.get(pk="new").name == "Other"
    assert "kind cannot be changed" not in desk.get(address("contacted")).content.decode()
