"""What the pages of a draft keep."""

import pytest

from agent import drafting
from agent.models import Playbook
from agent.playbook_library import load_library

pytestmark = pytest.mark.django_db


def test_save_question_keeps_what_its_form_does_not_know():
    playbook = Playbook.objects.create(name="Casas", domain="real_estate", draft=load_library("real_estate"))
    before = next(q for q in playbook.draft["questions"] if q["key"] == "budget")

    drafting.save_question(playbook.pk, {"key": "budget", "type": "money_range", "max_asks": 4})

    playbook.refresh_from_db()
    after = next(q for q in playbook.draft["questions"] if q["key"] == "budget")
    assert after["max_asks"] == 4
    assert after["least"] == 10_000
    assert (after["least"], after["least_if"]) == (before["least"], before["least_if"])
