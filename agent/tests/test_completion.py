"""What each behaviour of an endpoint becomes: real HTTP, the real client, a scripted server."""

import json
import time
import uuid

import pytest
from pydantic import BaseModel, ConfigDict

from agent.completion import Completion, complete
from agent.endpoint import Endpoint
from agent.llm import LLMError
from agent.tests.openai_double import OpenAIDouble

GOOD = {"city": "Recife", "rooms": 2}
QUESTION = [{"role": "system", "content": "Answer in data."}, {"role": "user", "content": "Where?"}]


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid")
    city: str
    rooms: int


@pytest.fixture
def double():
    with OpenAIDouble() as double:
        yield double


@pytest.fixture
def ask(double):
    """A new model name is a new endpoint: its breaker and its abilities are unknown."""
    endpoint = Endpoint(double.base_url, "key", f"model-{uuid.uuid4()}")

    def ask(seconds: float = 18, **over) -> Completion:
        return complete(QUESTION, shape=Place, deadline=time.monotonic() + seconds, endpoint=endpoint, **over)

    ask.endpoint = endpoint
    return ask


def kind_of_failure(ask, **over) -> LLMError:
    with pytest.raises(LLMError) as failure:
        ask(**over)
    return failure.value


def test_complete_on_a_good_answer_returns_data_and_what_it_cost(double, ask):
    double.script({"answer": GOOD})
    completion = ask()
    assert completion.parsed == GOOD
    assert (completion.input_tokens, completion.output_tokens) == (120, 30)
    assert (completion.mode, completion.repaired) == ("json_schema", False)
    double.assert_complete()


def test_complete_asks_strictly_for_the_shape(double, ask):
    double.script({"answer": GOOD})
    ask(max_tokens=123)
    request = double.calls[0].request
    schema = request["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert schema["schema"]["additionalProperties"] is False
    assert schema["schema"]["required"] == ["city", "rooms"]
    assert (request["max_completion_tokens"], request["store"]) == (123, False)


ODD_BUT_USABLE = {
    "fenced": f"```json\n{json.dumps(GOOD)}\n```",
    "fence without language": f"```\n{json.dumps(GOOD)}\n```",
    "prose before": f"Sure! Here you are: {json.dumps(GOOD)}",
    "prose around": f"Here: {json.dumps(GOOD)} Anything else?",
    "thoughts before": f'<think>maybe {{"city": 1}}</think>{json.dumps(GOOD)}',
    "braces in prose": f"In {{short}}: {json.dumps(GOOD)}",
}


@pytest.mark.parametrize("content", ODD_BUT_USABLE.values(), ids=ODD_BUT_USABLE.keys())
def test_complete_on_decorated_json_needs_no_repair(double, ask, content):
    double.script({"content": content})
    assert ask().parsed == GOOD
    assert len(double.calls) == 1


NOT_USABLE = {
    "not json": {"content": "I would say Recife."},
    "broken json": {"content": '{"city": "Recife", '},
    "wrong type": {"answer": GOOD | {"rooms": "many"}},
    "missing key": {"answer": {"city": "Recife"}},
    "extra key": {"answer": GOOD | {"price": 1}},
    "a list": {"content": "[1, 2]"},
    "not a number": {"content": '{"city": "Recife", "rooms": NaN}'},
    "empty": {"content": ""},
    "null": {"content": None},
    "cut off": {"content": '{"city": "Rec', "finish_reason": "length"},
}


@pytest.mark.parametrize("step", NOT_USABLE.values(), ids=NOT_USABLE.keys())
def test_complete_on_unusable_output_repairs_once(double, ask, step):
    double.script(step, {"answer": GOOD})
    completion = ask()
    assert (completion.parsed, completion.repaired) == (GOOD, True)
    assert (completion.input_tokens, completion.output_tokens) == (240, 60)
    assert "cannot be used" in double.calls[1].request["messages"][-1]["content"]
    double.assert_complete()


@pytest.mark.parametrize("step", NOT_USABLE.values(), ids=NOT_USABLE.keys())
def test_complete_on_unusable_output_twice_gives_up(double, ask, step):
    double.script(step, step)
    error = kind_of_failure(ask)
    assert error.kind == ("too_long" if step.get("finish_reason") else "bad_output")
    assert (error.permanent, error.input_tokens) == (False, 240)
    double.assert_complete()


def test_complete_without_leave_to_repair_asks_once(double, ask):
    double.script({"content": "no"})
    assert kind_of_failure(ask, may_repair=False).kind == "bad_output"
    assert len(double.calls) == 1


def test_complete_on_a_cut_off_answer_gives_the_repair_more_room(double, ask):
    double.script(NOT_USABLE["cut off"], {"answer": GOOD})
    ask(max_tokens=200)
    assert [call.request["max_completion_tokens"] for call in double.calls] == [200, 300]
    assert "shorter" in double.calls[1].prompt


def test_complete_on_an_endpoint_that_ignores_the_schema_describes_it_from_then_on(double, ask):
    double.script({"content": "Recife, two rooms"}, {"answer": GOOD}, {"answer": GOOD})
    assert ask().mode == "json_object"
    assert not ask().repaired
    described = ["JSON Schema" in call.request["messages"][0]["content"] for call in double.calls]
    assert described == [False, True, True]


def test_complete_on_a_model_that_thinks_first_gives_it_room_from_then_on(double, ask):
    double.script({"content": "", "finish_reason": "length"}, {"answer": GOOD}, {"answer": GOOD})
    ask(max_tokens=200)
    assert not ask(max_tokens=200).repaired
    assert [call.request["max_completion_tokens"] for call in double.calls] == [200, 800, 800]


FINAL = {
    "refusal": ({"content": None, "refusal": "I cannot help."}, "refused"),
    "content filter": ({"content": "", "finish_reason": "content_filter"}, "filtered"),
    "filtered question": ({"status": 400, "error": {"message": "no", "code": "content_filter"}}, "filtered"),
    "question too long": (
        {"status": 400, "error": {"message": "maximum context length is 8192", "code": None}},
        "too_long",
    ),
    "quota": ({"status": 429, "error": {"message": "pay", "code": "insufficient_quota"}}, "quota"),
    "bad key": ({"status": 401, "error": {"message": "who?", "code": "invalid_api_key"}}, "auth"),
    "forbidden": ({"status": 403}, "auth"),
    "no such model": ({"status": 404, "error": {"message": "no model", "code": "model_not_found"}}, "config"),
    "bad request": ({"status": 400, "error": {"message": "messages: invalid", "code": None}}, "config"),
    "long retry-after": ({"status": 429, "headers": {"retry-after": "20"}}, "rate_limited"),
    "retry-after as a date": (
        {"status": 503, "headers": {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}},
        "server",
    ),
}


@pytest.mark.parametrize(("step", "kind"), FINAL.values(), ids=FINAL.keys())
def test_complete_on_a_final_failure_asks_no_second_time(double, ask, step, kind):
    double.script(step)
    error = kind_of_failure(ask)
    assert (error.kind, error.permanent) == (kind, kind in {"quota", "auth", "config"})
    assert len(double.calls) == 1


PASSING = {
    "500": ({"status": 500}, "server"),
    "503 with retry-after": ({"status": 503, "headers": {"retry-after": "0.1"}}, "server"),
    "429": ({"status": 429, "headers": {"retry-after": "0"}}, "rate_limited"),
    "hang-up": ({"drop": True}, "connection"),
    "error in a 200": ({"body": '{"error": {"message": "overloaded"}}'}, "server"),
    "html in a 200": ({"body": "<html>Bad gateway</html>", "content_type": "text/html"}, "server"),
    "no choices": ({"body": '{"choices": []}'}, "server"),
    "broken body": ({"body": '{"choices": [{"mess'}, "server"),
    "a list for a body": ({"body": "[]"}, "server"),
}


@pytest.mark.parametrize(("step", "kind"), PASSING.values(), ids=PASSING.keys())
def test_complete_on_a_passing_failure_retries_once(double, ask, step, kind):
    double.script(step, {"answer": GOOD})
    assert ask().parsed == GOOD
    double.assert_complete()


@pytest.mark.parametrize(("step", "kind"), PASSING.values(), ids=PASSING.keys())
def test_complete_on_a_failure_that_stays_gives_up_after_two_calls(double, ask, step, kind):
    double.script(step, step)
    assert kind_of_failure(ask).kind == kind
    double.assert_complete()


def test_complete_with_little_time_left_does_not_retry(double, ask):
    double.script({"status": 500})
    assert kind_of_failure(ask, seconds=5).kind == "server"
    assert len(double.calls) == 1


def test_complete_waits_as_long_as_the_endpoint_asks(double, ask):
    double.script({"status": 429, "headers": {"retry-after": "1"}}, {"answer": GOOD})
    ask()
    assert double.calls[1].at - double.calls[0].at >= 1


def test_complete_on_a_refused_connection_says_connection():
    nobody = Endpoint("http://127.0.0.1:9/v1", "key", f"model-{uuid.uuid4()}")
    with pytest.raises(LLMError) as failure:
        complete(QUESTION, shape=Place, deadline=time.monotonic() + 3, endpoint=nobody)
    assert failure.value.kind == "connection"


@pytest.mark.parametrize("address", ["not an address", "http://[bad/v1", "ftp://127.0.0.1/v1"])
def test_complete_with_an_impossible_address_fails_with_a_kind(address):
    nowhere = Endpoint(address, "key", f"model-{uuid.uuid4()}")
    with pytest.raises(LLMError):
        complete(QUESTION, shape=Place, deadline=time.monotonic() + 3, endpoint=nowhere)


SLOW = {"silent": {"answer": GOOD, "delay": 6}, "dripping": {"answer": GOOD, "drip": 0.1}}


@pytest.mark.parametrize("step", SLOW.values(), ids=SLOW.keys())
def test_complete_on_a_slow_endpoint_ends_at_the_deadline(double, ask, step):
    double.script(step)
    began = time.monotonic()
    assert kind_of_failure(ask, seconds=1).kind == "timeout"
    assert time.monotonic() - began < 1.5


def test_complete_without_usage_estimates_by_length(double, ask):
    double.script({"answer": GOOD, "usage": None})
    completion = ask()
    assert completion.input_tokens == round(sum(len(line["content"]) for line in QUESTION) / 3.5)
    assert completion.output_tokens > 0


def test_complete_on_characters_that_cannot_be_stored_leaves_them_out(double, ask):
    double.script({"content": '{"city": "Re\\u0000cife \\ud83d", "rooms": 2}'})
    assert ask().parsed == {"city": "Recife ?", "rooms": 2}


LESS_ABLE = {
    "no json_schema": (["response_format json_schema is not supported"], "json_object"),
    "no response_format": (["response_format is unknown", "response_format is unknown"], "prompt"),
    "schema keyword": (["Invalid schema for response_format"], "json_object"),
}


@pytest.mark.parametrize(("complaints", "mode"), LESS_ABLE.values(), ids=LESS_ABLE.keys())
def test_complete_on_an_endpoint_without_structured_output_asks_for_less(double, ask, complaints, mode):
    refusals = [{"status": 400, "error": {"message": text, "code": None}} for text in complaints]
    double.script(*refusals, {"answer": GOOD})
    assert ask().mode == mode
    assert "JSON Schema" in double.calls[-1].request["messages"][0]["content"]
    double.script({"answer": GOOD})
    assert ask().mode == mode
    double.assert_complete()


PARAMETERS = {
    "token limit": ("Unrecognized argument: max_completion_tokens", "max_completion_tokens"),
    "temperature": ("Unsupported value: 'temperature' does not support 0.2", "temperature"),
    "store": ("store: extra fields not permitted", "store"),
}


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(("complaint", "name"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_complete_on_a_refused_parameter_does_without(double, ask, complaint, name, status):
    double.script({"status": status, "error": {"message": complaint, "code": None}}, {"answer": GOOD})
    assert ask().mode == "json_schema"
    assert name in double.calls[0].request
    assert name not in double.calls[1].request
    assert ("max_tokens" in double.calls[1].request) == (name == "max_completion_tokens")


def test_complete_on_a_model_that_wants_the_newer_limit_switches_back(double, ask):
    newer = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    ask.endpoint.remember(ask.endpoint.abilities.lowered("max_completion_tokens is unknown"))
    double.script({"status": 400, "error": {"message": newer, "code": None}}, {"answer": GOOD})
    assert ask().parsed == GOOD
    assert "max_completion_tokens" in double.calls[1].request
