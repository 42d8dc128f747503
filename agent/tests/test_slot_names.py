"""A lead's slots are called as the playbook of its conversation calls them."""

import pytest
from django.utils import translation

from agent.models import Dialogue, Playbook, PlaybookVersion
from leads.models import Lead
from leads.slot_lines import slot_lines
from leads.tests.makers import make_lead
from whatsapp.tests.makers import make_conversation

FLOOR = {
    "key": "floor",
    "labels": {"pt-BR": "andar", "en": "floor"},
    "choices": [{"key": "top_one", "labels": {"pt-BR": "cobertura", "en": "penthouse"}}],
}
SNAPSHOT = {"default_language": "pt-BR", "questions": [FLOOR]}


def lead_told_of_floors() -> Lead:
    lead = make_lead(slots={"floor": {"value": "top_one", "quote": "lá em cima"}})
    conversation = make_conversation()
    conversation.lead = lead
    conversation.save()
    playbook = Playbook.objects.create(name="Towers", domain="towers")
    version = PlaybookVersion.objects.create(playbook=playbook, number=1, snapshot=SNAPSHOT)
    Dialogue.objects.create(conversation=conversation, playbook_version=version)
    return lead


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "label", "value"),
    [("pt-br", "Andar", "cobertura"), ("en", "Floor", "penthouse"), ("es", "Andar", "cobertura")],
)
def test_slot_lines_use_the_playbooks_names_in_the_readers_language(
    language: str, label: str, value: str
) -> None:
    lead = lead_told_of_floors()

    with translation.override(language):
        assert slot_lines(lead) == [{"label": label, "value": value, "quote": "lá em cima"}]


@pytest.mark.django_db
def test_slot_lines_of_a_lead_from_elsewhere_make_the_key_readable() -> None:
    lead = make_lead(slots={"goal": {"value": "swap_it"}, "pets_allowed": True})

    assert [(line["label"], line["value"]) for line in slot_lines(lead)] == [
        ("Goal", "swap it"),
        ("Pets allowed", "Yes"),
    ]
