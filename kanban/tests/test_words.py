"""What people read: the timeline in sentences, the sheet of a lead, the inbox's order, durations."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone, translation

from kanban import threads
from kanban.cards import card_facts
from kanban.history import history_of
from kanban.lead_sheet import lead_sheet, reason_in_words
from kanban.talk import composer_state, talk_of
from kanban.templatetags import desk
from kanban.words import browser_words
from leads.actors import SYSTEM
from leads.decision_words import decision_in_words, facts_of, why_nobody
from leads.durations import lasting
from leads.models import Assignment, AssignmentRule, LeadEvent
from leads.services.assigning import assign_lead
from leads.slot_lines import Names, shown, slot_line
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager
from whatsapp import chat_index, redis_connection
from whatsapp.chat_index import ChatEntry
from whatsapp.models import Conversation
from whatsapp.tests.makers import make_consultant_line, make_conversation

EVENTS = [
    ("moved", {"came_from": "new", "to": "won"}, "Moved from New to Won"),
    ("moved", {"came_from": "gone", "to": "new"}, "Moved from gone to New"),
    (
        "reminded",
        {"consultant": "Ana", "minutes": 15},
        "Ana was reminded: no reply within 15 minutes",
    ),
    ("edited", {"changes": {"city": ["", "Recife"]}}, "city: “–” → “Recife”"),
    ("classified", {"temperature": "hot", "score": 80}, "Classified as Hot, score 80"),
    ("stage", {"to": "qualified"}, "Qualification: Qualified"),
    ("handoff", {"reason": "asked_human"}, "Handed over to a consultant: asked for a person"),
    ("handoff", {}, "Handed over"),
    ("received", {"source": "Site"}, "Came in through Site"),
    ("taken_over", {}, "Taken over"),
    ("conversation_closed", {"conversation": "7"}, "Conversation closed"),
    ("conversation_closed", {"conversation": "7", "undone": True}, "Conversation opened again"),
    ("consent", {"consent": {"whatsapp": "opt_out"}}, "Asked for no more messages on WhatsApp"),
    ("consent", {"consent": {"whatsapp": "opt_in"}}, "Wants messages on WhatsApp again"),
    ("consent", {"consent": {"marketing": True}}, "Consent"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "data", "sentence"), EVENTS)
def test_history_tells_an_event_in_a_sentence(kind: str, data: dict, sentence: str) -> None:
    lead = make_lead()
    LeadEvent.objects.create(lead=lead, kind=kind, data=data)

    assert history_of(lead)[0]["text"] == sentence


@pytest.mark.django_db
def test_history_keeps_a_note_apart_from_its_sentence() -> None:
    lead = make_lead()
    LeadEvent.objects.create(lead=lead, kind="note", data={"text": "Likes the light"}, user=make_manager())

    assert history_of(lead)[0]["note"] == "Likes the light"


DECISIONS = [
    ({"consultant": "Ana", "rule": "Everyone"}, "Given to Ana, next in “Everyone”"),
    ({"consultant": "Ana"}, "Given to Ana by hand"),
    (
        {"consultant": "Ana", "rule": "Everyone", "passed_over": [{"consultant": "Bia", "why": "full"}]},
        "Given to Ana, next in “Everyone”. Passed over: Bia (at capacity)",
    ),
    ({"rule": "Everyone"}, "Nobody is available: the lead waits in the unassigned queue"),
    ({"rule": "Walk-ins", "outcome": "pooled"}, "Waits in the pool “Walk-ins” until somebody takes it"),
    (
        {"consultant": "Ana", "rule": "Everyone", "outcome": "kept"},
        "Stays with Ana, who had this person before",
    ),
    (
        {"consultant": "Ana", "previous": "Bia", "rule": "Everyone", "trigger": "no_reply"},
        "Bia did not reply in time. Given to Ana, next in “Everyone”",
    ),
    (
        {
            "previous": "Bia",
            "outcome": "escalated",
            "trigger": "no_reply",
            "passed_over": [{"consultant": "Ana", "why": "no_reply"}],
        },
        "Bia did not reply in time. For a manager to decide. Passed over: Ana (did not reply in time)",
    ),
    (
        {"consultant": "Ana", "rule": "Everyone", "strategy": "least_busy", "outcome": "assigned"},
        "Given to Ana, who has the fewest open leads in “Everyone”",
    ),
    (
        {"consultant": "Ana", "rule": "Walk-ins", "outcome": "assigned", "trigger": "taken"},
        "Taken by Ana from the pool “Walk-ins”",
    ),
]


@pytest.mark.parametrize(("facts", "sentence"), DECISIONS)
def test_decision_is_explained(facts: dict, sentence: str) -> None:
    assert decision_in_words(facts) == sentence


@pytest.mark.django_db
def test_decision_of_the_least_busy_is_told_alike_by_the_ledger_and_the_timeline() -> None:
    make_circle(make_consultant("ana"), strategy="least_busy")
    with transaction.atomic():
        assignment = assign_lead(lead=make_lead(), actor=SYSTEM, trigger="arrival")
    event = LeadEvent.objects.get(lead=assignment.lead, kind="assigned")
    sentence = "Given to ana, who has the fewest open leads in “Everyone”"
    assert decision_in_words(facts_of(assignment)) == decision_in_words(event.data) == sentence
    # Neither changes its words when the rule goes by another one later
    AssignmentRule.objects.update(strategy="round_robin")
    assert decision_in_words(facts_of(Assignment.objects.get())) == sentence


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"passed_over": [{"consultant": "Bia", "why": "not_accepting"}]}, "Bia (not accepting leads)"),
        ({}, "no circle serves this lead"),
        ({"rule": AssignmentRule(name="Night")}, "nobody sits in the circle “Night”"),
        (
            {"rule": AssignmentRule(name="Night"), "outcome": "pooled"},
            "Waits in the pool “Night” until somebody takes it",
        ),
    ],
)
def test_queue_says_why_a_lead_has_no_consultant(facts: dict, sentence: str) -> None:
    assert why_nobody(Assignment(**{"outcome": "no_consultants_available"} | facts)) == sentence


def test_queue_says_where_nothing_was_tried_yet() -> None:
    assert why_nobody(None) == "not tried yet"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "Yes"),
        (2, "2"),
        (450000, "450,000"),
        ({"max": 450000, "min": 300000}, "300,000 – 450,000"),
        ({"max": 450000, "min": None}, "up to 450,000"),
        ({"max": None, "min": 2}, "from 2"),
        ({"max": 3, "min": 3}, "3"),
        ({"max": None, "min": None}, "–"),
        ({"from_day": "sat"}, "From day: sat"),
        (["a", "b"], "a, b"),
    ],
)
def test_value_is_shown_as_a_person_writes_it(value: object, text: str) -> None:
    assert shown(value) == text


def test_slot_carries_the_clients_words() -> None:
    assert slot_line("max_price", {"value": 5, "quote": "cinco"}) == {
        "label": "Max price",
        "value": "5",
        "quote": "cinco",
    }
    assert slot_line("city", "Recife")["value"] == "Recife"


def test_slot_of_a_shipped_playbook_speaks_the_readers_language() -> None:
    with translation.override("pt-br"):
        line = slot_line("property_type", {"value": "apartment", "quote": "apê"})

    assert (line["label"], line["value"]) == ("Tipo de imóvel", "apartamento")
    assert slot_line("need", {"value": "rent"})["value"] == "rent"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"min": None, "max": 2500}, "up to 2,500"),
        ({"min": 1000, "max": 1000}, "1,000"),
        ({"min": 1000, "max": 2500}, "1,000 – 2,500"),
        ({"min": 2000, "max": None}, "from 2,000"),
    ],
)
def test_slot_of_money_separates_thousands(value: dict, text: str) -> None:
    assert slot_line("budget", {"value": value})["value"] == text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("floor", "top", "Top floor"),
        ("floor", ["top", "any_one"], "Top floor, any_one"),
        ("goal", "x_y", "x y"),
    ],
)
def test_slot_of_another_playbook_is_named_as_it_says(key: str, value: object, text: str) -> None:
    line = slot_line(key, {"value": value}, Names("which_floor", {"top": "Top floor"}))

    assert (line["label"], line["value"]) == ("Goal" if key == "goal" else "Which floor", text)


def test_reason_of_a_rule_is_translated_and_of_a_model_kept() -> None:
    assert reason_in_words({"code": "model", "text": "Wants it soon"}) == "Wants it soon"
    assert reason_in_words("plain") == "plain"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "interest"),
    [
        ({"product": "apartment", "slots": {"property_type": {"value": "apartment"}}}, "Apartamento"),
        ({"product": "apartment", "slots": {"need": {"value": "apartment"}}}, "apartment"),
        ({"product": "Flat 12", "slots": {"property_type": {"value": "apartment"}}}, "Flat 12"),
        ({"product": "land", "slots": {}}, "Terreno"),
        ({"product": "", "slots": {}}, ""),
    ],
)
def test_interest_and_language_are_told_in_the_readers_words(facts: dict, interest: str) -> None:
    lead = make_lead(language="pt-BR", **facts)
    with translation.override("pt-br"):
        sheet = lead_sheet(lead)
        assert (sheet["interest"], sheet["language"]) == (interest, "Português")
        assert desk.interest(card_facts(lead)) == interest


@pytest.mark.parametrize(
    ("kept", "shown_as"),
    [("[location]", "[Location]"), ("[hsm]", "[hsm]"), ("[a b] Oi", "[a b] Oi"), ("", "")],
)
def test_message_without_words_says_what_it_is(kept: str, shown_as: str) -> None:
    assert desk.register.filters["words_or_kind"](kept) == shown_as


@pytest.mark.django_db
def test_sheet_of_a_bare_lead_is_empty_and_whole() -> None:
    sheet = lead_sheet(make_lead())

    assert (sheet["slots"], sheet["assignment"], sheet["assignment_sentence"]) == ([], None, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"status": "active"}, "agent"),
        ({"status": "transferred"}, "open"),
        ({"status": "transferred", "is_opted_out": True}, "opted_out"),
        ({"status": "closed"}, "closed"),
        ({"status": "transferred", "last_inbound_at": timezone.now() - timedelta(hours=25)}, "window"),
        ({"status": "transferred", "last_inbound_at": None}, "window"),
    ],
)
def test_composer_says_what_may_be_written(facts: dict, state: str) -> None:
    conversation = make_conversation()
    for name, value in facts.items():
        setattr(conversation, name, value)

    assert composer_state(conversation) == state


@pytest.mark.django_db
def test_talk_is_the_latest_thread_unless_another_is_chosen() -> None:
    ana = make_consultant()
    lead = make_lead(consultant=ana)
    first = make_conversation()
    second = make_conversation(make_consultant_line(ana), body="No seu número")
    Conversation.objects.update(lead=lead)

    assert talk_of(ana.user, lead).conversation == second
    assert talk_of(ana.user, lead, str(first.pk)).conversation == first
    assert talk_of(make_consultant().user, lead) is None


@pytest.mark.django_db
def test_inbox_puts_the_longest_wait_first() -> None:
    ana, now = make_consultant(), timezone.now()
    waits = [None, now - timedelta(minutes=5), now - timedelta(hours=2)]
    for number, waiting_since in enumerate(waits):
        lead = make_lead(consultant=ana, name=f"Client {number}", waiting_since=waiting_since)
        conversation = make_conversation(From=f"whatsapp:+551198765432{number}")
        Conversation.objects.filter(pk=conversation.pk).update(lead=lead, status="transferred")

    assert [thread.name for thread in threads.inbox_of(ana.user).threads] == [
        "Client 2",
        "Client 1",
        "Client 0",
    ]
    assert len(threads.inbox_of(ana.user, only_waiting=True).threads) == 2
    assert [thread.name for thread in threads.inbox_of(ana.user, words="client 1").threads] == ["Client 1"]


@pytest.mark.django_db
def test_inbox_has_chats_of_the_own_line_with_people_who_are_no_leads() -> None:
    ana = make_consultant()
    line = make_consultant_line(ana)
    entry = ChatEntry("abc", "whatsapp:+5511900001111", "Tio João", "Almoço?", "in", timezone.now())
    chat_index.record(line.pk, [entry])

    thread = threads.inbox_of(ana.user).threads[0]

    assert (thread.name, thread.lead, thread.phone, thread.unread) == ("Tio João", None, "+5511900001111", 1)
    assert threads.inbox_of(make_consultant().user).threads == []


@pytest.mark.django_db
def test_inbox_without_redis_says_so_and_shows_the_rest(settings: LazySettings) -> None:
    ana = make_consultant()
    make_consultant_line(ana)
    settings.REDIS_URL = "redis://127.0.0.1:9"
    redis_connection.connection.cache_clear()
    try:
        assert threads.inbox_of(ana.user) == threads.Inbox([], is_complete=False)
    finally:
        redis_connection.connection.cache_clear()


@pytest.mark.parametrize(("waited", "expected"), [(None, ""), (5, ""), (11, "warn"), (61, "danger")])
def test_urgency_grows_with_the_wait(waited: int | None, expected: str) -> None:
    since = waited and (timezone.now() - timedelta(minutes=waited)).isoformat()

    assert desk.urgency(since) == expected


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (None, "–"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=3), "3 min"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=3, hours=4), "3 d 4 h"),
    ],
)
def test_duration_has_its_two_largest_units(span: timedelta | None, text: str) -> None:
    assert lasting(span) == text


@pytest.mark.parametrize(("name", "expected"), [("Ana Lima Souza", "AS"), ("bia", "BI"), ("", "")])
def test_initials_are_two_letters(name: str, expected: str) -> None:
    assert desk.initials(name) == expected


def test_card_is_called_by_what_is_known() -> None:
    assert desk.card_name({"name": "", "phone": "+5511", "email": ""}) == "+5511"
    assert desk.card_name({"name": "", "phone": None, "email": ""}) == "No name"


@pytest.mark.parametrize("language", ["pt-br", "es"])
def test_browser_words_keep_their_places_in_every_language(language: str) -> None:
    english = browser_words()
    with translation.override(language):
        translated = browser_words()

    for key, sentence in english.items():
        assert places(translated[key]) == places(sentence), key


@override_settings(LANGUAGES=[("en", "English")])
def test_languages_are_called_by_their_own_names() -> None:
    assert desk.languages() == [("en", "English")]


def places(sentence: str) -> set[str]:
    return {part.partition("}")[0] for part in sentence.split("{")[1:]}
