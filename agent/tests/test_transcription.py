"""Voice notes over real HTTP: heard where possible, and never waited for long."""

import time
from datetime import timedelta
from threading import Timer
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from agent import transcription
from agent.endpoint import Endpoint
from agent.tests.openai_double import OpenAIDouble
from whatsapp.models import Conversation, Line, Message


@pytest.fixture
def double():
    with OpenAIDouble() as double:
        yield double


@pytest.fixture
def endpoint(double) -> Endpoint:
    return Endpoint(double.base_url, "key", str(uuid4()))


@pytest.fixture
def conversation(db, settings, tmp_path) -> Conversation:
    settings.MEDIA_ROOT = tmp_path
    line = Line.objects.create(name="Agent", address="whatsapp:+14155238886")
    return Conversation.objects.create(line=line, client_address="whatsapp:+5511999990000")


def note(conversation: Conversation, *, is_fetched: bool = True, **over) -> Message:
    item = {"url": "https://example.com/a", "content_type": "audio/ogg"}
    if is_fetched:
        item["file"] = default_storage.save("whatsapp/note.ogg", ContentFile(b"OggS sound"))
    facts = {"direction": "in", "author": "client", "seq": 1, "kind": "audio", "media": [item]} | over
    return Message.objects.create(conversation=conversation, **facts)


def test_hear_voice_notes_keeps_the_words(double, endpoint, conversation):
    message = note(conversation)
    double.script({"text": " quero comprar em Moema "})
    transcription.hear_voice_notes([message], endpoint)
    message.refresh_from_db()
    assert message.details["transcript"] == "quero comprar em Moema"
    assert double.calls[0].path == "/v1/audio/transcriptions"


def test_hear_voice_notes_asks_once_for_each_note(double, endpoint, conversation):
    message = note(conversation)
    double.script({"text": "oi"})
    transcription.hear_voice_notes([message], endpoint)
    transcription.hear_voice_notes([message], endpoint)
    double.assert_complete()


@pytest.mark.parametrize(
    "step",
    [{"status": 500}, {"body": "<html>"}, {"drop": True}, {"delay": 9}],
    ids=["500", "html", "drop", "slow"],
)
def test_hear_voice_notes_on_a_failure_leaves_the_note_unheard(double, endpoint, conversation, step):
    message = note(conversation)
    double.script(step)
    began = time.monotonic()
    transcription.hear_voice_notes([message], endpoint)
    assert message.details["transcript"] == ""
    assert time.monotonic() - began < transcription.SECONDS + 1


def test_hear_voice_notes_without_a_model_touches_nothing(conversation):
    message = note(conversation)
    transcription.hear_voice_notes([message])
    assert message.details == {}


def test_hear_voice_notes_leaves_texts_and_pictures_alone(double, endpoint, conversation):
    transcription.hear_voice_notes(
        [note(conversation, kind="text", media=[]), note(conversation, seq=2, kind="image")], endpoint
    )
    assert double.calls == []


@pytest.mark.django_db(transaction=True)
def test_hear_voice_notes_waits_a_moment_for_a_file_on_its_way(double, endpoint, conversation):
    message = note(conversation, is_fetched=False, media_due_at=timezone.now() + timedelta(minutes=5))
    file = default_storage.save("whatsapp/late.ogg", ContentFile(b"OggS"))

    def arrive() -> None:
        Message.objects.filter(pk=message.pk).update(media=[{"file": file}], media_due_at=None)
        connection.close()

    double.script({"text": "cheguei"})
    timer = Timer(0.5, arrive)
    timer.start()
    transcription.hear_voice_notes([message], endpoint)
    timer.join()
    assert message.details["transcript"] == "cheguei"
