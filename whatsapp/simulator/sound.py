"""The simulated voice note: one second of a tone."""

import io
import math
import wave
from functools import cache

RATE, HERTZ, LOUDNESS = 8000, 440, 8000


@cache
def voice_note() -> bytes:
    """A WAV file."""
    samples = (int(LOUDNESS * math.sin(2 * math.pi * HERTZ * moment / RATE)) for moment in range(RATE))
    frames = b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(frames)
    return file.getvalue()
