"""What the burst says about the conversation itself: intents, counters, and whether a machine is writing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from agent import intents
from agent.brains.protocol import Inbound, Playbook, Signals, State, TurnInput
from agent.brains.scripted_extraction import Extraction
from agent.brains.scripted_mood import QUESTION_WORDS, QUIET_INTENTS, Mood
from agent.brains.scripted_talk import UNSURE
from agent.parsers import sensitive
from agent.parsers.found import clean, fold
from agent.parsers.lexicons import common_words
from agent.stages import MAX_FAILURES

# People repeat themselves once when they get no answer; three times the same words is a machine
SAME_BURSTS_FOR_BOT = 3
# "ok", "sim" and "bom dia" are said three times by people too
SHORTEST_REPEATED = 12
REMEMBERED_BURSTS = 6
INJECTIONS_FOR_PERSON = 3
UNHEARD_FOR_PERSON = 3

REQUEST_WORDS = re.compile(
    r"(?<!\w)(?:quero|queria|preciso|gostaria|pode|podem|manda|mandem|faz|faca|quiero|quisiera|necesito|puedes?|pueden|"
    r"mandame|hazme|want|need|"
    r"would like|can you|could you|please|give me|send me|help me)(?!\w)"
)


def weigh(turn: TurnInput, mood: Mood, extraction: Extraction, outside: str | None) -> Signals:
    """The signals that `stages.decide` judges, counters included."""
    state = turn.state
    progress = bool(extraction.updates)
    stuck_on_orders = (
        mood.intent == "injection" and not progress and state.injections + 1 >= INJECTIONS_FOR_PERSON
    )
    strayed = not progress and (
        bool({"off_topic", "support", "complaint", "own_client"} & mood.heard) or is_unrelated(turn, mood)
    )
    served = {"own_client", "support"} <= mood.heard
    return Signals(
        opted_out="opt_out" in mood or (state.opted_out and "opt_in" not in mood),
        suspected_bot=is_machine(turn),
        sensitive=bool({"emergency", "medical", "privacy"} & mood.heard),
        angry="angry" in mood,
        asked_human="ask_human" in mood,
        outside=outside,
        # The usual limit itself: to a person at once
        out_of_scope=2 if stuck_on_orders or served else (state.out_of_scope + strayed) * (not progress),
        failures=failures(turn, mood, progress, extraction.repeats),
        handed_over=state.handed_over,
    )


def is_unrelated(turn: TurnInput, mood: Mood) -> bool:
    """A question or request of some length in which no word belongs to this business."""
    if {
        "price",
        "promise",
        "why",
        "are_you_bot",
        "wait",
        "language",
        "ask_human",
        "card",
        "bad_news",
    } & mood.heard:
        return False
    texts = [fold(clean(message.words)) for message in turn.burst if message.words]
    asking = [
        text for text in texts if "?" in text or QUESTION_WORDS.match(text) or REQUEST_WORDS.search(text)
    ]
    telling = {word for text in asking for word in re.findall(r"[^\W\d_]{4,}", text)} - common_words()
    # Who has strayed once already needs one strange word; before that, two, for a single one may be a slip
    enough = 1 if turn.state.out_of_scope else 2
    return len(telling) >= enough and not telling & business_words(turn.playbook)


def business_words(playbook: Playbook) -> frozenset[str]:
    """Every word the playbook itself uses in its questions, answers, knowledge and facts."""
    # By its JSON, because a playbook holds mappings and is no key of a cache; the words take long to gather
    return _words_of(json.dumps(playbook.to_snapshot(), ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=32)
def _words_of(snapshot: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{4,}", fold(snapshot)))


def failures(turn: TurnInput, mood: Mood, progress: bool, repeats: bool = False) -> int:
    """Consecutive turns in which we asked and learned nothing. A question of theirs is no failure of theirs, nor is
    what they say again."""
    state = turn.state
    leaves = {"wait", "thanks", "goodbye"} & mood.heard or is_put_off(turn.burst)
    in_vain = _asked_in_vain(turn) and not (leaves or repeats)
    if not progress and (_only_sounds(turn, mood) or in_vain):
        return turn.playbook.limits.get("failures", MAX_FAILURES)
    if progress or state.pending is None:
        return 0
    if (
        repeats
        or any(intent in mood for intent in QUIET_INTENTS)
        or mood.intent
        in {
            "injection",
            "off_topic",
            "support",
        }
    ):
        return state.failures
    return state.failures + 1


def _only_sounds(turn: TurnInput, mood: Mood) -> bool:
    """One voice note is no failure; who sends nothing that we can read time after time needs a person."""
    earlier = turn.state.recent_inbound[-UNHEARD_FOR_PERSON:]
    return "unheard_audio" in mood and len(earlier) == UNHEARD_FOR_PERSON and not any(earlier)


def _asked_in_vain(turn: TurnInput) -> bool:
    """Every question still open was asked as often as it may be, whatever the client says instead of answering."""
    state = turn.state
    if state.pending is None or state.closed_with is not None:
        return False
    missing = [question for question in turn.playbook.required if question.key not in state.slots]
    # Given back after such a handover, they are asked as often once more
    rounds = 1 + ("failures" in state.handed_over)
    return all(state.asked.get(question.key, 0) >= rounds * question.max_asks for question in missing)


def is_put_off(burst: Sequence[Inbound]) -> bool:
    """ "não sei ainda", "tanto faz", "I'd rather not say": the question was understood and is not answered."""
    texts = [clean(message.words) for message in burst if message.words]
    return any(UNSURE.search(fold(text)) or intents.found("side_talk", text) for text in texts)


def outside(mood: Mood, state: State, progress: bool) -> str | None:
    """Why the client is none of ours: sticky until the client comes back with business."""
    # "deixa quieto, quero falar com um vendedor" gives up on us, not on the business
    stays = progress or "ask_human" in mood
    for reason in ("job_seeker", "spam", "not_interested"):
        if reason in mood and not (reason == "not_interested" and stays):
            return reason
    return None if progress else state.outside


def is_machine(turn: TurnInput) -> bool:
    """The same long text three bursts in a row, our own words back, or an autoresponder for the second time."""
    text = burst_text(turn.burst)
    if len(text) < SHORTEST_REPEATED:
        return False
    earlier = turn.state.recent_inbound
    alike = sum(1 for other in earlier if _alike(text, other))
    echoes = any(_alike(text, fold(ours)) for ours in turn.state.recent_agent_texts)
    automatic = intents.has("autoresponder", [text])
    repeated_automatic = automatic and any(intents.has("autoresponder", [other]) for other in earlier)
    return alike >= SAME_BURSTS_FOR_BOT - 1 or echoes or repeated_automatic


def burst_text(burst: Sequence[Inbound]) -> str:
    lines = [fold(sensitive.mask_sensitive(message.words)).strip() for message in burst if message.words]
    return " ".join(line for index, line in enumerate(lines) if line not in lines[:index])


def _alike(left: str, right: str) -> bool:
    # Not exact: autoresponders put the hour or a ticket number into the same text
    return left == right or SequenceMatcher(None, left, right).ratio() > 0.9
