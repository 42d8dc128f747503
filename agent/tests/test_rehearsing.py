"""What a draft changes, seen before it is published."""

from copy import deepcopy
from datetime import timedelta

import pytest

from agent import rehearsing
from agent.models import AgentTurn, Playbook, PlaybookVersion, Rehearsal
from agent.playbook_library import DOMAINS, load_library
from agent.playbooks import publish
from leads import clock
from leads.models import Consultant, Lead, User
from whatsapp.models import Conversation, Line, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def playbook() -> Playbook:
    playbook = Playbook.objects.create(name="Solar", domain="solar", draft=load_library("solar"))
    publish(playbook)
    return Playbook.objects.get()


def forgetful(playbook: Playbook) -> None:
    """The draft no longer asks whose roof it is."""
    draft = deepcopy(playbook.draft)
    draft["questions"] = [question for question in draft["questions"] if question["key"] != "ownership"]
    draft["disqualify_if"] = []
    playbook.draft = draft
    playbook.save()


@pytest.mark.parametrize("domain", DOMAINS)
def test_dialogues_come_with_every_domain_and_mostly_end_right(domain):
    playbook = Playbook.objects.create(name=domain, domain=domain, draft=load_library(domain))
    rehearsal = rehearsing.rehearse(playbook)
    rehearsing.play_due()
    rehearsal.refresh_from_db()
    assert rehearsal.state == "done", rehearsal.error
    wrong = {row["id"]: row["draft"]["faults"] for row in rehearsal.results if row["draft"]["faults"]}
    assert len(wrong) <= 1, wrong


def test_rehearsal_of_a_draft_that_lost_a_question_shows_the_losses(playbook):
    forgetful(playbook)
    rehearsing.rehearse(playbook)
    assert rehearsing.play_due() == 1
    compared = rehearsing.compare(Rehearsal.objects.get())
    assert compared.right_before == 3
    assert compared.right_after == 0
    assert len(compared.losses) == 3
    assert compared.gains == []
    assert all("ownership" in loss.after["faults"] for loss in compared.losses)
    assert compared.before["stage_accuracy"] > compared.after["stage_accuracy"]


def test_rehearsal_of_a_draft_that_mends_something_shows_the_gains(playbook):
    better = deepcopy(playbook.draft)
    forgetful(playbook)
    publish(playbook)
    playbook.refresh_from_db()
    playbook.draft = better
    playbook.save()
    rehearsing.rehearse(playbook)
    rehearsing.play_due()
    compared = rehearsing.compare(Rehearsal.objects.get())
    assert (len(compared.gains), len(compared.losses)) == (3, 0)


def test_rehearsal_leaves_no_rows_behind_and_sends_nothing(playbook):
    rehearsing.rehearse(playbook)
    rehearsing.play_due()
    for model in (Conversation, Message, Lead, Line, Consultant, AgentTurn):
        assert not model.objects.exists()
    assert not User.objects.filter(username__startswith="evaluation").exists()
    assert (Playbook.objects.count(), PlaybookVersion.objects.count()) == (1, 1)


def test_rehearsal_of_the_same_draft_is_asked_for_once(playbook):
    first = rehearsing.rehearse(playbook)
    assert rehearsing.rehearse(playbook) == first
    forgetful(playbook)
    assert rehearsing.rehearse(playbook) != first


def test_rehearsal_after_a_crash_goes_on_where_it_was(playbook):
    rehearsal = rehearsing.rehearse(playbook)
    done = {"id": "solar-pt-1", "draft": {"faults": ["kept"]}, "published": None}
    now = clock.now()
    Rehearsal.objects.update(results=[done], attempts=1, leased_until=now + timedelta(minutes=1))
    assert rehearsing.play_due() == 0
    Rehearsal.objects.update(leased_until=now - timedelta(seconds=1))
    assert rehearsing.play_due() == 1
    rehearsal.refresh_from_db()
    assert rehearsal.results[0] == done
    assert (rehearsal.state, rehearsal.played) == ("done", rehearsal.total)


def test_rehearsal_on_which_workers_die_is_given_up(playbook):
    rehearsing.rehearse(playbook)
    Rehearsal.objects.update(attempts=rehearsing.MAX_ATTEMPTS)
    rehearsing.play_due()
    assert Rehearsal.objects.get().state == "failed"


def test_rehearsal_of_a_draft_that_breaks_the_engine_says_why(playbook):
    playbook.draft = playbook.draft | {"disqualify_if": [{"slot": "ownership", "op": "like", "value": "x"}]}
    playbook.save()
    rehearsing.rehearse(playbook)
    rehearsing.play_due()
    rehearsal = Rehearsal.objects.get()
    assert rehearsal.state == "failed"
    assert "like" in rehearsal.error
    assert rehearsing.rehearse(playbook) != rehearsal


def test_rehearsal_of_a_domain_without_dialogues_is_done_at_once():
    playbook = Playbook.objects.create(name="Bakery", domain="bakery", draft=load_library("solar"))
    rehearsing.rehearse(playbook)
    rehearsing.play_due()
    rehearsal = Rehearsal.objects.get()
    assert (rehearsal.state, rehearsal.total) == ("done", 0)
    assert rehearsing.compare(rehearsal).before == {}
