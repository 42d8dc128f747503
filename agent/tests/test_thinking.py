"""What a brain is given of a burst."""

from agent.thinking import READ_CHARACTERS, inbound_of
from whatsapp.models import Message
from whatsapp.payloads import LONGEST_TEXT


def test_inbound_of_a_text_that_would_take_minutes_is_its_beginning():
    pasted = ("quero falar com " * LONGEST_TEXT)[:LONGEST_TEXT]
    read = inbound_of(Message(seq=1, kind="text", body=pasted, media=[], details={})).text
    assert read == pasted[:READ_CHARACTERS]


def test_inbound_of_what_people_write_is_all_of_it():
    text = "Quero um apartamento em Moema, até 600 mil. " * 20
    assert inbound_of(Message(seq=1, kind="text", body=text, media=[], details={})).text == text
