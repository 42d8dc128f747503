"""Voice notes become text before the turn, where a model for it is configured.

Tried once for each note and never for long: the client waits. A note that stays unheard is answered by
asking to type, which counts as nobody's failure.
"""

import logging
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.files.storage import default_storage

from agent.endpoint import Endpoint
from agent.llm import LLMError, transcribe
from whatsapp.models import Message

logger = logging.getLogger(__name__)

VOICE_KINDS = frozenset({"audio", "voice"})
# Beside the 18 of the model, both within the 25 seconds for which WhatsApp shows that somebody types
SECONDS = 5
PAUSE_SECONDS = 0.2


def hear_voice_notes(burst: Sequence[Message], endpoint: Endpoint | None = None) -> None:
    """Write `details["transcript"]` of the burst's voice notes; an empty one says that it was tried in vain."""
    endpoint = endpoint or Endpoint(
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.OPENAI_TRANSCRIPTION_MODEL
    )
    if not endpoint.model or not endpoint.is_configured:
        return
    deadline = time.monotonic() + SECONDS
    for message in burst:
        # Also an empty one: when the turn is thought out anew the note is not paid for again
        if message.kind in VOICE_KINDS and "transcript" not in message.details:
            message.details = message.details | {"transcript": _words_of(message, endpoint, deadline)}
            Message.objects.filter(pk=message.pk).update(details=message.details)


def _words_of(message: Message, endpoint: Endpoint, deadline: float) -> str:
    file = _file_of(message, deadline)
    if not file or not endpoint.breaker.allows_call():
        return ""
    with default_storage.open(file) as stored:
        audio = stored.read()
    try:
        # By its name the endpoint knows the format: without ".ogg" it refuses the file
        words = transcribe(
            endpoint, audio, file.rpartition("/")[2], seconds=max(0.1, deadline - time.monotonic())
        )
    except LLMError as error:
        endpoint.breaker.failed(error.kind)
        logger.warning("voice note not heard", extra={"kind": error.kind})
        return ""
    endpoint.breaker.succeeded()
    return words


def _file_of(message: Message, deadline: float) -> str:
    """Where the recording is kept; it is fetched by another worker at this very moment, perhaps."""
    while True:
        file = next((item["file"] for item in message.media if item.get("file")), "")
        is_coming = message.media_due_at is not None
        if file or not is_coming or time.monotonic() >= deadline:
            return file
        time.sleep(PAUSE_SECONDS)
        message.refresh_from_db(fields=["media", "media_due_at"])
