"""Templates over HTTP: what the composer offers, and what it sends."""

import pytest

from leads.tests.makers import make_consultant, make_lead
from whatsapp.models import Conversation, Message
from whatsapp.tests.makers import (
    known_lead,
    make_consultant_line,
    make_conversation,
    make_line,
    make_template,
)
from whatsapp.tests.test_api import api, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_consultant("ana")


@pytest.fixture
def conversation(ana):
    """Ana's lead wrote long ago."""
    known_lead(phone="+5511987654321", consultant=ana)
    conversation = make_conversation()
    Conversation.objects.update(window_closed_early=True)
    return conversation


def post(ana, conversation, **body):
    return api(ana.user).post(url(conversation, "messages/"), body, format="json")


def test_templates_of_a_conversation_are_those_that_may_be_sent(ana, conversation):
    offered = make_template(buttons=["Sim"], samples={"1": "Marina", "2": "Ana"})
    make_template(status="rejected")
    make_template(account="AC-other")

    [shown] = api(ana.user).get(url(conversation, "templates/")).json()["results"]

    assert shown == {
        "id": offered.pk,
        "sid": offered.sid,
        "name": "follow_up",
        "language": "pt_BR",
        "category": "",
        "body": "Olá {{1}}, aqui é {{2}}.",
        "buttons": ["Sim"],
        "variables": ["1", "2"],
        "samples": {"1": "Marina", "2": "Ana"},
    }


def test_templates_of_a_colleagues_conversation_are_not_found(conversation):
    assert api(make_consultant().user).get(url(conversation, "templates/")).status_code == 404


def test_template_is_sent_where_words_may_not(ana, conversation):
    template = make_template()
    assert post(ana, conversation, body="Olá").status_code == 422

    answer = post(ana, conversation, template=template.sid, variables={"1": "Marina", "2": "Ana"})

    assert answer.status_code == 201
    assert (answer.json()["kind"], answer.json()["body"]) == ("template", "Olá Marina, aqui é Ana.")
    assert (answer.json()["author"], answer.json()["status"]) == ("consultant", "queued")
    conversation.refresh_from_db()
    assert (conversation.status, conversation.consultant_id) == ("transferred", ana.pk)
    assert conversation.lead.last_message == "Olá Marina, aqui é Ana."


def test_template_with_the_same_client_id_is_one_message(ana, conversation):
    make_template(body="Olá", name="hello")
    first = post(ana, conversation, template="hello", client_id="c1")
    again = post(ana, conversation, template="hello", client_id="c1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Message.objects.filter(direction="out").count() == 1


def test_template_with_other_variables_and_the_same_client_id_is_refused(ana, conversation):
    make_template()
    post(ana, conversation, template="follow_up", variables={"1": "Marina", "2": "Ana"}, client_id="c1")

    other = post(ana, conversation, template="follow_up", variables={"1": "Rui", "2": "Ana"}, client_id="c1")

    assert (other.status_code, other.json()["code"]) == (422, "client_id_reused")
    assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"template": "follow_up"}, 422, "variables"),
        ({"template": "follow_up", "variables": {"1": "a", "2": "b", "9": "c"}}, 422, "variables"),
        ({"template": "nothing"}, 404, None),
        ({"template": "follow_up", "body": "and words"}, 422, "template"),
        ({"body": "words", "variables": {"1": "a"}}, 422, "variables"),
        ({"template": "follow_up", "variables": "odd"}, 422, "variables"),
        ({}, 422, "body"),
        ({"template": ""}, 422, "template"),
    ],
)
def test_template_that_cannot_be_sent_is_refused_with_its_reason(ana, conversation, body, status, field):
    make_template()

    answer = post(ana, conversation, **body)

    assert answer.status_code == status
    assert field is None or field in answer.json()["fields"]
    assert not Message.objects.filter(direction="out").exists()


def begin(user, lead, **over):
    body = {"lead": str(lead.pk), "template": "follow_up", "variables": {"1": "Marina", "2": "Ana"}} | over
    return api(user).post("/api/conversations/", body, format="json")


def test_first_word_to_a_lead_opens_a_conversation_on_the_agents_line(ana):
    make_template()
    make_line()
    lead = known_lead(phone="+5511987654321", consultant=ana)

    answer = begin(ana.user, lead)

    assert answer.status_code == 201, answer.json()
    conversation = Conversation.objects.get(pk=answer.json()["conversation"])
    assert (conversation.lead_id, conversation.line.kind) == (lead.pk, "agent")
    assert (conversation.status, conversation.consultant_id) == ("transferred", ana.pk)
    assert conversation.window_closes_at is None


def test_first_word_leaves_from_the_consultants_own_line(ana):
    make_template()
    make_line()
    own = make_consultant_line(ana)

    answer = begin(ana.user, known_lead(consultant=ana))

    assert Conversation.objects.get(pk=answer.json()["conversation"]).line == own


def test_first_word_twice_is_one_message(ana):
    make_template()
    make_line()
    lead = known_lead(consultant=ana)

    answers = [begin(ana.user, lead, client_id="c1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("over", "status"), [({"template": "x"}, 404), ({"variables": {}}, 422)])
def test_first_word_that_cannot_be_sent_leaves_nothing(ana, over, status):
    make_template()
    make_line()

    assert begin(ana.user, known_lead(consultant=ana), **over).status_code == status
    assert not Conversation.objects.exists()


def test_first_word_needs_a_phone_a_line_and_a_lead_of_ones_own(ana):
    make_template()
    assert begin(ana.user, known_lead(consultant=ana)).status_code == 422
    make_line()
    assert begin(ana.user, make_lead(phone=None, consultant=ana)).status_code == 422
    assert begin(make_consultant().user, known_lead(consultant=ana)).status_code == 404
