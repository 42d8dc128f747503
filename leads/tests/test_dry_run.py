"""Who would get this lead, and why: the same answer as the decision itself, in the reader's words, nothing moved."""

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from leads.actors import SYSTEM
from leads.decision_words import decision_in_words, facts_of, facts_of_pick
from leads.models import Assignment, AssignmentRule, Consultant, Lead
from leads.payload import LeadPayload
from leads.returns import preview
from leads.services import assigning
from leads.services.intake import receive_lead
from leads.tests.makers import make_circle, make_consultant, make_lead, make_manager

pytestmark = pytest.mark.django_db


def closed_lead_of(consultant: Consultant) -> Lead:
    phone = "+5511987654321"
    lead = receive_lead(payload=LeadPayload(name="Júlia", phone=phone), source=None, actor=SYSTEM).lead
    Lead.objects.filter(pk=lead.pk).update(consultant=consultant, status_id="lost", closed_at=timezone.now())
    return Lead.objects.get(pk=lead.pk)


def words_of(lead: Lead) -> str:
    return decision_in_words(facts_of_pick(preview(lead)))


@pytest.fixture
def pair() -> list[Consultant]:
    make_lead()
    pair = [make_consultant("ana"), make_consultant("bia")]
    make_circle(*pair)
    return pair


def test_closed_lead_would_go_back_to_whoever_had_it(pair):
    assert words_of(closed_lead_of(pair[1])) == "Stays with bia, who had this person before"


def test_closed_lead_whose_owner_is_full_would_go_round_and_says_so(pair):
    Consultant.objects.filter(pk=pair[1].pk).update(max_open_leads=1)
    lead = closed_lead_of(pair[1])
    make_lead(consultant=pair[1])
    rule = AssignmentRule.objects.get()
    before = (rule.pointer, rule.decisions, Assignment.objects.count())

    sentence = words_of(lead)

    assert sentence.startswith(
        "bia had this person before and could not take the lead (at capacity). Given to ana"
    )
    rule.refresh_from_db()
    assert (rule.pointer, rule.decisions, Assignment.objects.count()) == before


def test_closed_lead_under_a_rule_without_returning_would_go_round(pair):
    AssignmentRule.objects.update(returns_to_owner=False)
    assert words_of(closed_lead_of(pair[0])) == "Given to bia, next in “Everyone”"


@pytest.mark.parametrize("strategy", ["round_robin", "least_busy", "pool"])
def test_dry_run_says_what_the_decision_then_says(pair, strategy):
    AssignmentRule.objects.update(strategy=strategy)
    lead = make_lead()
    foretold = words_of(lead)
    with transaction.atomic():
        decision = assigning.assign_lead(lead=lead, actor=SYSTEM, trigger="arrival")
    assert decision_in_words(facts_of(decision)) == foretold


def test_dry_run_in_the_admin_speaks_the_readers_language(client: Client, pair):
    """Through gettext: in the words of the timeline, not those of the ledger."""
    client.force_login(make_manager())
    lead = closed_lead_of(pair[0])
    form = {"action": "who_would_get_it", "_selected_action": [str(lead.pk)]}
    answer = client.post("/admin/leads/lead/", form, headers={"accept-language": "pt-BR"})
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    with translation.override("pt-br"):
        assert told[1].endswith(f": {words_of(lead)}")
    assert str(lead) in told[1]
    assert "Stays with" not in told[1]


def test_dry_run_of_many_says_that_nothing_was_changed_and_where_it_stops(client: Client, pair):
    client.force_login(make_manager())
    leads = [make_lead() for _ in range(21)]
    form = {"action": "who_would_get_it", "_selected_action": [str(lead.pk) for lead in leads]}
    told = [str(one) for one in get_messages(client.post("/admin/leads/lead/", form).wsgi_request)]
    assert told[0].startswith("Nothing was changed.")
    assert told[1].endswith(", if it were decided now: Given to ana, next in “Everyone”")
    assert (len(told), told[-1]) == (22, "Only the first 20 are shown.")
