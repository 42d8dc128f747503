import pytest

from leads.actors import AGENT
from leads.models import Lead
from leads.services.learning import learn_slots
from leads.tests.makers import make_lead

pytestmark = pytest.mark.django_db


def test_slots_that_a_conversation_teaches_stand_beside_those_known():
    lead = make_lead(slots={"city": {"value": "Lins"}, "goal": {"value": "buy", "quote": "comprar"}})
    assert learn_slots(lead_id=lead.pk, known={"goal": {"value": "rent", "quote": "alugar"}}, actor=AGENT)
    lead.refresh_from_db()
    assert lead.slots == {"city": {"value": "Lins"}, "goal": {"value": "rent", "quote": "alugar"}}
    assert lead.version == 2


def test_slots_taken_back_are_gone():
    lead = make_lead(slots={"goal": {"value": "buy"}})
    assert learn_slots(lead_id=lead.pk, known={}, taken_back=["goal", "city"], actor=AGENT)
    assert Lead.objects.get().slots == {}


def test_slots_that_say_nothing_new_change_nothing():
    lead = make_lead(slots={"goal": {"value": "buy"}})
    assert not learn_slots(lead_id=lead.pk, known={"goal": {"value": "buy"}}, actor=AGENT)
    assert Lead.objects.get().version == lead.version
