"""A lead in a pool: those who may take it are told, once, and not who it is."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from agent import notify, telling
from agent.models import Notification
from agent.tests.telling_makers import tell
from leads.actors import SYSTEM
from leads.models import Absence, Assignment, Consultant, Lead, Notice, NoticePreferences, User
from leads.services import assigning, board, pooled
from leads.services.taking import take_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db
PERSONAL = {"name": "Júlia Prado", "phone": "+5511987654321", "email": "julia@client.example"}


@pytest.fixture
def pair() -> list[Consultant]:
    pair = [make_consultant("ana"), make_consultant("bia")]
    make_circle(*pair, name="Walk-ins", strategy="pool")
    return pair


def pool_lead(**facts) -> Assignment:
    with transaction.atomic():
        return assigning.assign_lead(lead=make_lead(**PERSONAL | facts), actor=SYSTEM, trigger="arrival")


def told() -> list[str]:
    return sorted(Notice.objects.filter(kind="pooled").values_list("user__username", flat=True))


def test_lead_put_into_a_pool_is_told_to_those_who_may_take_it_once(pair):
    make_consultant("outside")
    decision = pool_lead()
    assert Notice.objects.count() == 0  # nobody waits for it on the request's path
    notify.tell_consultants()
    notify.tell_consultants()
    assert told() == ["ana", "bia"]
    decision.refresh_from_db()
    assert decision.notice == "told"
    assert set(Notification.objects.values_list("channel", flat=True)) == {"app", "email"}


def test_notice_of_a_pool_tells_what_the_lead_is_about_and_not_who_it_is(pair):
    pool_lead(product="Apartamento", city="Recife", temperature="hot", message="Meu filho estuda ali")
    assert tell() == 2
    letter = mail.outbox[0]
    assert letter.subject == "A lead waits to be taken"
    assert "Hot · Apartamento · Recife" in letter.body
    assert letter.body.rstrip().endswith("/")
    for secret in (*PERSONAL.values(), "Meu filho"):
        assert secret not in letter.subject + letter.body


@pytest.mark.parametrize("why", ["inactive", "not_accepting", "full", "absent"])
def test_whoever_may_not_take_a_lead_now_is_not_told(pair, why):
    ana, now = pair[0], timezone.now()
    if why == "inactive":
        User.objects.filter(pk=ana.pk).update(is_active=False)
    elif why == "not_accepting":
        Consultant.objects.filter(pk=ana.pk).update(is_accepting_leads=False)
    elif why == "full":
        Consultant.objects.filter(pk=ana.pk).update(max_open_leads=1)
        make_lead(consultant=ana)
    else:
        Absence.objects.create(consultant=ana, starts_at=now, ends_at=now + timedelta(days=1))
    pool_lead()
    notify.tell_consultants()
    assert told() == ["bia"]


def test_consultant_with_room_for_more_is_told(pair):
    Consultant.objects.update(max_open_leads=2)
    make_lead(consultant=pair[0])
    pool_lead()
    notify.tell_consultants()
    assert told() == ["ana", "bia"]


@pytest.mark.parametrize("end", ["taken", "won", "given"])
def test_lead_that_left_its_pool_before_anybody_was_told_is_told_to_nobody(pair, end):
    lead = pool_lead().lead
    if end == "taken":
        take_lead(user=pair[0].user, lead_id=lead.pk)
    elif end == "won":
        board.move_lead(user=make_manager(), lead_id=lead.pk, status="won")
    else:
        assigning.assign_by_hand(user=make_manager(), lead_id=lead.pk, consultant_id=pair[1].pk)
    notify.tell_consultants()
    assert told() == []


def test_letter_that_waits_is_dropped_when_somebody_was_faster(pair):
    lead = pool_lead().lead
    notify.tell_consultants()
    take_lead(user=pair[0].user, lead_id=lead.pk)
    assert telling.deliver_notifications() == 0
    letters = Notification.objects.filter(channel="email").values_list("state", "error")
    assert set(letters) == {("skipped", "not_theirs")}


def test_quiet_hours_and_preferences_hold_for_pools_as_for_everything(pair):
    now = timezone.localtime()
    NoticePreferences.objects.create(
        user=pair[0].user,
        quiet_from=(now - timedelta(hours=1)).time(),
        quiet_until=(now + timedelta(hours=1)).time(),
    )
    NoticePreferences.objects.create(user=pair[1].user, by_email=False)
    pool_lead()
    assert tell() == 0
    assert Notification.objects.get(channel="email").state == "pending"


def test_lead_that_comes_back_into_its_pool_is_told_again(pair):
    lead = pool_lead().lead
    notify.tell_consultants()
    take_lead(user=pair[0].user, lead_id=lead.pk)
    assigning.assign_by_hand(user=make_manager(), lead_id=lead.pk)
    notify.tell_consultants()
    assert told() == ["ana", "ana", "bia", "bia"]
    assert Lead.objects.get(pk=lead.pk).pool is not None


def test_whoever_comes_back_before_and_after_the_telling_hears_once(pair):
    """The sweep of pools and the decision's own telling share their keys."""
    pool_lead()
    assert pooled.tell_takers() == 2
    notify.tell_consultants()
    assert pooled.tell_takers() == 0
    assert told() == ["ana", "bia"]


def test_lead_that_nobody_could_take_when_it_came_is_told_when_somebody_is_back(pair):
    Consultant.objects.update(is_accepting_leads=False)
    pool_lead()
    assert tell() == 0
    Consultant.objects.filter(pk=pair[1].pk).update(is_accepting_leads=True)
    pooled.tell_takers()
    assert tell() == 1
    assert told() == ["bia"]
