"""What an evaluation says of its plays: right or wrong, how often, and as a page."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from agent.evaluation.dialogues import Dialogue, Step
from agent.evaluation.page import page_of
from agent.evaluation.player import Run
from agent.evaluation.verdicts import by_domain, judge, pass_rates
from agent.rehearsing import BUNDLED

EXPECTED = {
    "slots": {"city": "São Paulo", "budget": {"min": None, "max": 350000}},
    "slots_lenient": ["name"],
    "final_stage": "qualified",
    "handoff": True,
    "handoff_reason": "qualified",
    "must_not_say": ["desconto"],
    "must_not_say_final": [r"\?$"],
}
RIGHT = Run(
    "one",
    slots={"city": "Sao Paulo capital", "budget": {"min": None, "max": 351000}, "name": "Ana"},
    stage="qualified",
    handoff=True,
    reason="qualified",
    agent_messages=[{"text": "Qual cidade?", "after_burst": 0, "after_event": None}],
)


def dialogue(identifier: str = "one", domain: str = "solar", **over) -> Dialogue:
    said = [[Step(datetime.resolution, "text", text)] for text in ("Oi", "São Paulo, até 350 mil")]
    facts = {"language": "pt-BR", "country": "BR", "currency": "BRL", "timezone": "America/Sao_Paulo"}
    starts_at = datetime(2026, 3, 10, 14, tzinfo=UTC)
    return Dialogue(identifier, domain, **facts, starts_at=starts_at, bursts=said, expected=EXPECTED | over)


def saying(text: str, after_burst: int) -> Run:
    return replace(RIGHT, agent_messages=[{"text": text, "after_burst": after_burst, "after_event": None}])


def test_judge_run_as_expected_is_right():
    assert judge(dialogue(), RIGHT).is_right


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"stage": "qualifying"}, ["stage"]),
        ({"handoff": False, "reason": None}, ["handoff", "reason"]),
        ({"slots": RIGHT.slots | {"city": "Santos"}}, ["city"]),
        ({"slots": RIGHT.slots | {"budget": {"min": None, "max": 400000}}}, ["budget"]),
        ({"slots": RIGHT.slots | {"roof": "tile"}}, ["roof"]),
        ({"slots": {"budget": RIGHT.slots["budget"]}}, ["city"]),
    ],
)
def test_judge_names_what_went_otherwise(change, wrong):
    assert judge(dialogue(), replace(RIGHT, **change)).wrong == wrong


@pytest.mark.parametrize(
    ("text", "after_burst", "said"),
    [
        ("Damos DESCONTO!", 0, ["desconto"]),
        ("Um descónto", 0, ["desconto"]),
        ("Posso ajudar?", 0, []),
        ("Posso ajudar?", 1, [r"\?$"]),
    ],
)
def test_judge_hears_forbidden_sentences_the_last_ones_after_the_last_burst(text, after_burst, said):
    assert judge(dialogue(), saying(text, after_burst)).said == said


@pytest.mark.parametrize(
    ("language", "text", "is_said"),
    [
        ("pt-BR", "O seguro cobre isso.", True),
        ("pt-BR", "Não sei se cobre isso.", False),
        ("pt-BR", "Não tenho certeza. Mas cobre isso!", True),
        ("pt-BR", "Cobre isso: R$ 1.500 sem juros", False),
        ("es", "Sí, lo cobre.", True),
        ("es", "Un asesor verá si lo cobre.", False),
        ("en", "It doesn’t cobre that", False),
        ("en", "Once approved, cobre that", False),
        ("en", "Sure, cobre that", True),
        ("", "Não cobre", True),
    ],
)
def test_judge_forbids_to_assert_what_may_be_denied(language, text, is_said):
    told = dialogue(must_not_assert=["cobre"], reply_language=language)
    told = replace(told, language="")

    assert judge(told, saying(text, 0)).said == (["cobre"] if is_said else [])


def test_judge_takes_the_language_of_the_dialogue_where_none_is_expected_of_the_reply():
    assert judge(dialogue(must_not_assert=["cobre"]), saying("Isso não cobre", 0)).is_right


def heard(*messages: tuple[str, int, str | None], **over) -> Run:
    said = [{"text": text, "after_burst": burst, "after_event": event} for text, burst, event in messages]
    return replace(RIGHT, agent_messages=said, **over)


@pytest.mark.parametrize(
    ("limit", "kept", "broken"),
    [
        (
            {"must_say_any": ["192", "emergencia"]},
            heard(("Emergência: ligue já", 0, None)),
            heard(("Oi", 0, None)),
        ),
        ({"must_say_any": ["192"]}, heard(("Ligue 192", 1, None)), heard()),
        (
            {"must_not_store": ["4111 ?1111"]},
            heard(stored_text='{"note": "[card]"}'),
            heard(stored_text='{"note": "4111 1111"}'),
        ),
        (
            {"max_replies_per_burst": 1},
            heard(("Oi", 0, None), ("Qual cidade?", 0, None), ("Obrigada", 1, None)),
            heard(("Oi", 0, None), ("Tudo bem", 0, None), ("Qual cidade?", 0, None)),
        ),
        ({"max_agent_messages": 1}, heard(("Oi", 0, None)), heard(("Oi", 0, None), ("Obrigada", 1, None))),
        (
            {"silent_after_event": "human_reply"},
            heard(("Oi", 0, None), ("Voltei", 1, "returned_to_agent")),
            heard(("Oi", 0, None), ("Qual cidade?", 1, "human_reply")),
        ),
    ],
)
def test_judge_names_the_limit_that_was_not_kept(limit, kept, broken):
    assert judge(dialogue(**limit), kept).is_right
    verdict = judge(dialogue(**limit), broken)
    assert (verdict.is_right, verdict.broken) == (False, list(limit))


def test_judge_of_a_dialogue_without_limits_lets_the_agent_speak_as_often_as_it_likes():
    assert judge(dialogue(), heard(*[("Oi", 0, None)] * 9, stored_text="4111 1111")).is_right


def test_page_names_the_limit_that_was_not_kept():
    page = page_of("unseen", [(dialogue(max_agent_messages=0), RIGHT)], {})

    assert "not kept: max_agent_messages" in page


def test_pass_rates_of_one_dialogue_right_twice_in_three():
    plays = [(dialogue(), run) for run in (RIGHT, RIGHT, replace(RIGHT, stage="qualifying"))]

    assert pass_rates(plays) == {"success": 0.6667, "pass_hat": {"1": 0.6667, "2": 0.3333, "3": 0.0}}


def test_pass_rates_leave_out_plays_that_say_nothing_of_the_agent():
    broken = replace(RIGHT, stage="qualifying", infra_error=True)
    unexpected = replace(dialogue("two"), expected={})

    plays = [(dialogue(), RIGHT), (dialogue(), broken), (unexpected, replace(RIGHT, stage="lost"))]
    assert pass_rates(plays) == {"success": 1.0, "pass_hat": {"1": 1.0}}
    assert pass_rates([]) == {"success": None, "pass_hat": {}}


def test_by_domain_counts_in_the_order_of_the_file():
    plays = [(dialogue(), RIGHT), (dialogue(domain="cars"), saying("desconto", 0)), (dialogue(), RIGHT)]

    assert by_domain(plays) == [
        {"domain": "solar", "runs": 2, "right": 2},
        {"domain": "cars", "runs": 1, "right": 0},
    ]


def test_page_shows_what_went_wrong_and_writes_clients_words_as_text():
    run = saying("<b>desconto</b>", 1)
    page = page_of("unseen.jsonl, scripted", [(dialogue(), run), (dialogue("two"), RIGHT)], {"slot_f1": 0.97})

    assert '<td class="number">0.97</td>' in page
    assert "one:" in page
    assert "two:" not in page
    assert "&lt;b&gt;desconto&lt;/b&gt;" in page
    assert "<b>desconto" not in page
    assert "São Paulo, até 350 mil" in page


@pytest.mark.django_db
def test_command_plays_each_dialogue_as_often_as_asked_and_writes_both_reports(tmp_path):
    definitions = tmp_path / "playbooks.json"
    definitions.write_text(
        json.dumps({"playbooks": {"solar": {"slots": {"property_kind": {"type": "text"}}}}})
    )
    file, out, page = (tmp_path / name for name in ("two.jsonl", "report.json", "report.html"))
    file.write_text("\n".join((BUNDLED / "solar.jsonl").read_text("utf-8").splitlines()[:2]), "utf-8")

    call_command("evaluate_agent", file, playbooks=definitions, trials=3, out=out, page=page)

    report = json.loads(out.read_text("utf-8"))
    assert len(report["runs"]) == 6
    assert len({run["id"] for run in report["runs"]}) == 2
    assert set(report["summary"]["pass_hat"]) == {"1", "2", "3"}
    assert report["summary"]["success"] == report["summary"]["pass_hat"]["1"]
    assert "pass^k" in page.read_text("utf-8")
