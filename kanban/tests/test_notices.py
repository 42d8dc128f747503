"""The bell: who hears of a notice at once, what the list holds, what opening it means."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kanban.notices import bell_facts
from kanban.wire import Address, channel, pack, unpack
from leads.models import Lead, Notice, NoticePreferences, Source, User
from leads.services import notices
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager


@pytest.fixture
def ana(db):
    return make_consultant("ana")


@pytest.fixture
def desk(client: Client, ana) -> Client:
    client.force_login(ana.user)
    return client


def tell(user, number: int = 1, kind: str = "warned", lead=None, **facts) -> Notice:
    notices.notify(user_id=user.pk, kind=kind, key=f"{kind}:{number}", lead=lead, facts=facts)
    return Notice.objects.get(user=user, key=f"{kind}:{number}")


@pytest.mark.django_db(transaction=True)
def test_notice_is_pushed_to_its_person_alone_in_their_language(redis_client):
    ana = make_consultant("ana")
    ana.user.language = "pt-br"
    ana.user.save()
    lead = make_lead(consultant=ana, name="Júlia")
    with redis_client.pubsub() as subscription:
        subscription.subscribe(channel())
        assert subscription.get_message(timeout=2)["type"] == "subscribe"
        notice = tell(ana.user, lead=lead, minutes=3)
        address, text = unpack(subscription.get_message(timeout=2)["data"])
    frame = json.loads(text)
    assert address == Address(only=(ana.pk,))
    assert frame["type"] == "sync:notice"
    assert (frame["notice"]["id"], frame["notice"]["kind"]) == (notice.pk, "warned")
    assert (frame["notice"]["lead"], frame["notice"]["url"]) == (str(lead.pk), f"/leads/{lead.pk}/")


def test_address_of_one_person_reaches_them_whatever_their_role():
    address, _ = unpack(pack(Address(only=(7,)), "{}"))
    assert address.reaches(7, is_manager=True)
    assert address.reaches(7, is_manager=False)
    assert not address.reaches(8, is_manager=True)


@pytest.mark.django_db
def test_bell_counts_what_was_not_seen_and_knows_the_choices(ana):
    assert bell_facts(ana.user) == {"unseen": 0, "newest": 0, "by_app": True, "has_sound": False}
    tell(ana.user, 1)
    last = tell(ana.user, 2)
    tell(make_consultant("bia").user, 3)
    NoticePreferences.objects.create(user=ana.user, by_app=False, has_sound=True)
    assert bell_facts(ana.user) == {"unseen": 2, "newest": last.pk, "by_app": False, "has_sound": True}


@pytest.mark.django_db
def test_list_of_notices_holds_ones_own_newest_first_and_those_after_a_known_one(desk, ana):
    lead = make_lead(consultant=ana, name="Júlia")
    first = tell(ana.user, 1, lead=lead, minutes=3)
    second = tell(ana.user, 2, kind="taken_away", lead=lead, to="Bia", minutes=10)
    tell(make_consultant("bia").user, 3)
    facts = desk.get("/me/notices/").json()
    assert facts["unseen"] == 2
    assert [notice["id"] for notice in facts["notices"]] == [second.pk, first.pk]
    assert facts["notices"][1]["title"] == "Júlia waits for your first reply"
    assert facts["notices"][1]["text"] == "Reply within 3 minutes, or the lead goes to the next colleague."
    assert facts["notices"][0]["url"] == ""
    later = desk.get(f"/me/notices/?after={first.pk}").json()
    assert [notice["id"] for notice in later["notices"]] == [second.pk]


@pytest.mark.django_db
def test_opening_the_list_sees_what_it_showed_and_not_what_came_since(desk, ana):
    shown = tell(ana.user, 1)
    tell(ana.user, 2)
    assert desk.post("/me/notices/seen/", {"up_to": shown.pk}).status_code == 204
    assert desk.get("/me/notices/").json()["unseen"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("up_to", ["", "x", "-1", "9" * 40, "١"])
def test_opening_the_list_up_to_something_that_is_no_number_is_refused(desk, up_to):
    assert desk.post("/me/notices/seen/", {"up_to": up_to}).status_code == 400


@pytest.mark.django_db
def test_lead_that_was_opened_is_seen_and_the_others_are_left(desk, ana):
    opened, other = make_lead(consultant=ana), make_lead(consultant=ana)
    for key, lead in enumerate((opened, opened, other)):
        tell(ana.user, key, lead=lead)
    hers = tell(make_consultant("bia").user, 4, lead=opened)
    assert desk.post(f"/me/notices/seen/{opened.pk}/").json() == {"unseen": 1}
    assert Notice.objects.get(lead=opened, seen_at=None) == hers


@pytest.mark.django_db
def test_sound_is_chosen_for_the_person_not_for_the_browser(desk, ana):
    assert desk.post("/me/sound/", {"sound": "on"}).status_code == 204
    assert b'data-sound="on"' in desk.get("/inbox/").content
    desk.post("/me/sound/", {"sound": "off"})
    assert NoticePreferences.objects.get(user=ana.user).has_sound is False


@pytest.mark.django_db
def test_list_of_notices_asks_the_same_number_of_queries_for_one_and_for_many(
    desk, ana, django_assert_max_num_queries
):
    for number in range(30):
        tell(ana.user, number, lead=make_lead(consultant=ana))
    Notice.objects.update(created_at=timezone.now())
    with django_assert_max_num_queries(6):
        assert len(desk.get("/me/notices/").json()["notices"]) == 20


@pytest.mark.django_db
def test_list_of_pooled_notices_asks_exactly_as_many_queries_for_thirty_as_for_one(desk, ana):
    rule, source = make_circle(ana, strategy="pool"), Source.objects.create(slug="site", name="Site")
    facts = {"pool": rule, "source": source, "product": "land", "slots": {"property_type": {"value": "land"}}}
    asked = []
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            tell(ana.user, number, kind="pooled", lead=make_lead(**facts))
        with CaptureQueriesContext(connection) as queries:
            [*_, oldest] = desk.get("/me/notices/").json()["notices"]
        assert oldest["text"] == "Cold · land · Site"
        asked.append(len(queries))
    assert asked[0] == asked[1]


HIDDEN = "About a lead that you do not see any more"


def titles(client: Client) -> list[str]:
    return [one["title"] for one in client.get("/me/notices/").json()["notices"]]


@pytest.mark.django_db
def test_manager_who_is_none_any_more_reads_no_old_title_of_a_lead_out_of_sight(client):
    """The bell asks again who sees the lead; the rows were written when they did."""
    paula = make_manager("paula")
    make_consultant("ana")
    tell(paula, 1, kind="alert", lead=make_lead(name="Júlia"), minutes=15)
    client.force_login(paula)
    assert titles(client) == ["Júlia needs a manager"]

    User.objects.filter(pk=paula.pk).update(is_superuser=False)

    answer = client.get("/me/notices/")
    [told] = answer.json()["notices"]
    assert (told["title"], told["text"], told["url"], told["lead"]) == (HIDDEN, "", "", None)
    assert "Júlia" not in answer.content.decode()
    lately = client.get("/me/notifications/lately/").content.decode()
    assert HIDDEN in lately
    assert "Júlia" not in lately


@pytest.mark.django_db
def test_old_title_of_a_lead_that_went_to_somebody_else_is_hidden_and_where_it_went_is_told(desk, ana):
    lead = make_lead(consultant=ana, name="Júlia")
    tell(ana.user, 1, lead=lead, minutes=3)
    Lead.objects.filter(pk=lead.pk).update(consultant=make_consultant("bia"))
    tell(ana.user, 2, kind="taken_away", lead=lead, to="Bia", minutes=10)
    assert titles(desk) == ["Júlia went to somebody else", HIDDEN]


@pytest.mark.django_db
def test_notice_of_a_pool_names_nobody_and_is_hidden_once_the_lead_is_taken(desk, ana):
    rule = make_circle(ana, strategy="pool")
    lead = make_lead(pool=rule, name="Júlia", city="Recife")
    tell(ana.user, 1, kind="pooled", lead=lead)
    [told] = desk.get("/me/notices/").json()["notices"]
    assert (told["title"], told["text"], told["url"]) == ("A lead waits to be taken", "Cold · Recife", "/")
    Lead.objects.filter(pk=lead.pk).update(pool=None, consultant=make_consultant("bia"))
    assert titles(desk) == [HIDDEN]
