"""The wire to an OpenAI-compatible endpoint, and the only importer of `openai`. Asked by `agent.llm`."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any

import httpx2
import openai

from agent.deadline import run_within
from agent.endpoint import Endpoint
from agent.llm import Answer, LLMError, UnsupportedError
from agent.model_output import storable

# Short, for a host that is gone should cost the client little; the library itself would wait 10 minutes
CONNECT_SECONDS = 3
READ_SECONDS = 10
# A model that loops fills its limit with one word; nobody reads the rest in the trace
RAW_KEPT = 20_000


def ask(endpoint: Endpoint, parameters: dict[str, Any], *, seconds: float) -> Answer:
    """One request, over after `seconds` at the latest. LLMError or UnsupportedError, nothing else."""
    try:
        return _read(run_within(seconds, _post(endpoint, parameters)))
    except (openai.BadRequestError, openai.UnprocessableEntityError) as refusal:
        raise _explained_refusal(refusal) from refusal
    # Broad: a proxy's HTML page or a body without `choices` raises whatever it likes, KeyError or TypeError
    except Exception as error:
        raise LLMError(_kind_of(error), type(error).__name__, retry_after=_retry_after(error)) from error


def transcribe(endpoint: Endpoint, audio: bytes, filename: str, *, seconds: float) -> str:
    """The words of a recording, over after `seconds` at the latest. LLMError, nothing else."""
    try:
        text = json.loads(run_within(seconds, _post_recording(endpoint, audio, filename)))["text"]
        return storable(str(text))[:RAW_KEPT].strip()
    # Broad: what an endpoint answers instead of JSON with a text raises as it likes
    except Exception as error:
        raise LLMError(_kind_of(error), type(error).__name__) from error


async def _post_recording(endpoint: Endpoint, audio: bytes, filename: str) -> str:
    recordings = _client(os.getpid(), endpoint.base_url, endpoint.api_key).audio.transcriptions
    response = await recordings.with_raw_response.create(model=endpoint.model, file=(filename, audio))
    return response.http_response.text


async def _post(endpoint: Endpoint, parameters: dict[str, Any]) -> str:
    """The raw body: the library's own parsing of odd answers fails with errors that are not its own."""
    client = _client(os.getpid(), endpoint.base_url, endpoint.api_key)
    # Not `chat.completions.create`, which looks through all that is sent for something to rename and finds nothing
    response = await client.post("/chat/completions", body=parameters, cast_to=httpx2.Response)
    return response.text


@lru_cache(maxsize=8)
# The pid is a part of the key: a forked worker must not share the parent's connections and their TLS state
def _client(pid: int, base_url: str, api_key: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        # Local servers want no key, the library insists on one.
        api_key=api_key or "none",
        base_url=base_url or None,
        # Whether it is worth a second try depends on the time that is left, which the library does not know
        max_retries=0,
        timeout=openai.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
    )


def _read(body: str) -> Answer:
    data = json.loads(body)
    choice = data["choices"][0]
    message, usage = choice["message"], data.get("usage") or {}
    return Answer(
        # Some servers write `null` for an empty text
        text=storable(message.get("content") or "")[:RAW_KEPT],
        finish_reason=choice.get("finish_reason") or "",
        refusal=storable(message.get("refusal") or "")[:RAW_KEPT],
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
    )


def _count(reported: Any) -> int | None:
    return reported if isinstance(reported, int) and reported >= 0 else None


def _kind_of(error: Exception) -> str:
    """A body that is no chat completion counts as the server's failure."""
    if isinstance(error, openai.RateLimitError):
        # Both are HTTP 429; only the code tells "wait a moment" from "pay first" (OpenAI's docs, error codes)
        return "quota" if error.code == "insufficient_quota" else "rate_limited"
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return "auth"
    # Before the connection errors: in the library a timeout is one of those
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return "timeout"
    if isinstance(error, openai.APIConnectionError | OSError):
        return "connection"
    if isinstance(error, openai.APIStatusError) and error.status_code < 500:
        return "config"
    return "server"


def _explained_refusal(error: openai.APIStatusError) -> Exception:
    """A 400 says that the question is too long, not allowed, or in a form the endpoint does not know."""
    words = f"{error.message} {json.dumps(error.body, default=str)}"
    # Servers other than OpenAI's set no code and only say it: "maximum context length is 4096 tokens"
    if error.code == "context_length_exceeded" or "context length" in words.lower():
        return LLMError("too_long", "the question is longer than the model reads")
    if error.code == "content_filter":
        return LLMError("filtered")
    return UnsupportedError(words)


def _retry_after(error: Exception) -> float | None:
    """Seconds the endpoint asks us to wait; a date or nonsense counts as too long."""
    if not isinstance(error, openai.APIStatusError):
        return None
    asked = error.response.headers.get("retry-after")
    try:
        # A header may also be a date (RFC 9110 10.2.3), which ends in the ValueError below
        return None if asked is None else max(0.0, float(asked))
    except ValueError:
        return float("inf")
