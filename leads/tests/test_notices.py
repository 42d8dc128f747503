"""Who is owed which notice, once per key; what they have seen; how they want to hear of it."""

from datetime import time

import pytest
from django.db import IntegrityError, transaction

from leads.models import Notice, NoticePreferences
from leads.services import notices
from leads.signals import notice_owed
from leads.tests.makers import make_consultant, make_lead, make_manager, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    facts = []

    def hear(**said):
        facts.append({name: said[name] for name in ("notice_id", "user_id", "kind")})

    notice_owed.connect(hear)
    yield facts
    notice_owed.disconnect(hear)


def test_notify_with_the_same_key_again_owes_nothing_more(heard, django_capture_on_commit_callbacks):
    ana, lead = make_consultant("ana"), make_lead()
    with django_capture_on_commit_callbacks(execute=True):
        first = notices.notify(user_id=ana.pk, kind="warned", key="warned:7", lead=lead, facts={"minutes": 5})
        again = notices.notify(user_id=ana.pk, kind="warned", key="warned:7", lead=lead)
    assert (first, again) == (True, False)
    notice = Notice.objects.get()
    assert (notice.user_id, notice.lead, notice.facts, notice.state) == (
        ana.pk,
        lead,
        {"minutes": 5},
        "pending",
    )
    assert heard == [{"notice_id": notice.pk, "user_id": ana.pk, "kind": "warned"}]


def test_notify_of_the_same_key_to_two_people_owes_each():
    lead = make_lead()
    for name in ("ana", "bia"):
        assert notices.notify(user_id=make_consultant(name).pk, kind="alert", key="alert:1", lead=lead)
    assert Notice.objects.count() == 2


def test_notify_in_a_transaction_that_fails_owes_nothing(heard):
    ana = make_consultant("ana")

    def fail() -> None:
        with transaction.atomic():
            notices.notify(user_id=ana.pk, kind="warned", key="warned:7", lead=make_lead())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Notice.objects.exists()
    assert heard == []


def test_notify_managers_reaches_active_managers_alone():
    boss = make_manager("boss")
    make_user("retired", is_superuser=True, is_active=False)
    make_consultant("ana")
    lead = make_lead()
    assert notices.notify_managers(kind="alert", key="alert:1", lead=lead) == 1
    assert notices.notify_managers(kind="alert", key="alert:1", lead=lead) == 0
    assert list(Notice.objects.values_list("user", flat=True)) == [boss.pk]


def test_preferences_of_somebody_who_never_chose_are_the_defaults():
    ana = make_consultant("ana")
    chosen = notices.preferences_of(ana.pk)
    assert (chosen.by_app, chosen.by_email, chosen.has_sound, chosen.quiet_from) == (True, True, False, None)
    assert not NoticePreferences.objects.exists()


@pytest.mark.parametrize("ends", [(time(22), None), (None, time(7)), (time(22), time(22))])
def test_quiet_hours_without_two_different_ends_are_refused(ends):
    ana = make_consultant("ana")
    with pytest.raises(IntegrityError):
        NoticePreferences.objects.create(user=ana.user, quiet_from=ends[0], quiet_until=ends[1])


def test_mark_seen_leaves_newer_notices_and_those_of_others():
    ana, bia = make_consultant("ana"), make_consultant("bia")
    for user, key in [(ana, "1"), (bia, "1"), (ana, "2"), (ana, "3")]:
        notices.notify(user_id=user.pk, kind="test", key=key)
    of_ana = list(Notice.objects.filter(user=ana.user).order_by("pk"))
    assert notices.mark_seen(user=ana.user, up_to=of_ana[1].pk) == 2
    assert list(Notice.objects.filter(seen_at=None).order_by("pk").values_list("user__username", "key")) == [
        ("bia", "1"),
        ("ana", "3"),
    ]
