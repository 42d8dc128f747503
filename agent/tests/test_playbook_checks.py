from copy import deepcopy

import pytest

from agent.playbook_checks import problems_of
from agent.playbook_library import DOMAINS, load_library


@pytest.fixture
def draft() -> dict:
    return deepcopy(load_library("real_estate"))


@pytest.mark.parametrize("domain", DOMAINS)
def test_ready_playbooks_have_no_problems(domain):
    assert problems_of(load_library(domain)) == []


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"company": ""}, "which company"),
        ({"persona": {"es": ""}}, "needs a name"),
        ({"default_language": "fr"}, "default language"),
        ({"questions": []}, "must be required"),
        ({"questions": [{"type": "text"}]}, "cannot be read"),
        ({"hours": {"mon": ["09:00"]}}, "cannot be read"),
        ({"nurture_if": [{"slot": "nothing", "op": "eq", "value": 1}]}, "which is no question"),
        ({"nurture_if": [{"slot": "goal", "op": "like", "value": "buy"}]}, "nobody knows"),
        ({"disqualify_if": [{"slot": "goal", "op": "eq", "value": "steal"}]}, "names no choice"),
        ({"disqualify_if": [{"slot": "goal", "op": "in", "value": ["buy", "steal"]}]}, "steal"),
        ({"qualify_if": [{"slot": "bedrooms", "op": "gte", "value": 1}]}, "must be required then"),
    ],
)
def test_problem_is_said_in_words(draft, over, said):
    problems = problems_of(draft | over)
    assert any(said in problem for problem in problems), problems


def test_question_twice_or_without_choices_or_wording_is_a_problem(draft):
    goal = draft["questions"][0]
    goal["choices"], goal["texts"]["es"] = goal["choices"][:1], []
    draft["questions"].append(draft["questions"][1])
    problems = " ".join(problems_of(draft))
    assert "“Goal” needs two choices" in problems
    assert "“Goal” has no question in Spanish" in problems
    assert "Two questions have the key “location”" in problems


def test_handover_without_words_is_a_problem(draft):
    draft["messages"]["handoff_angry"] = {"es": ["…"]}
    assert problems_of(draft) == [
        "There is no wording for “Handover: upset” in Portuguese.",
        "There is no wording for “Handover: upset” in English.",
    ]
    del draft["messages"]["handoff_angry"], draft["messages"]["handoff_rule"]
    assert not any("a rule of the playbook" in problem for problem in problems_of(draft))
    draft["handoff_if"] = [{"slot": "goal", "op": "eq", "value": "sell"}]
    assert any("a rule of the playbook" in problem for problem in problems_of(draft))
