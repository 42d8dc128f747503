"""The brain without a model: reads with typed parsers, decides by rules, answers with the playbook's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent import language as languages
from agent import stages
from agent.brains.protocol import BrainReply, Decision, Question, Signals, SlotValue, State, TurnInput
from agent.brains.scripted_answers import answer
from agent.brains.scripted_extraction import Extraction, extract
from agent.brains.scripted_mood import Mood, listen
from agent.brains.scripted_signals import REMEMBERED_BURSTS, burst_text, is_put_off, outside, weigh
from agent.brains.scripted_speaking import Speaker, Understanding
from agent.brains.scripted_wording import voice
from agent.parsers import currencies

# Two turns of two bubbles: enough to notice that we are about to repeat ourselves
REMEMBERED_REPLIES = 4
UNREAD_MOODS = (
    "angry", "complaint", "job_seeker", "spam", "opt_out", "autoresponder", "emergency", "medical", "privacy",
)  # fmt: skip
# What anybody says about themselves, whatever they want of us
PERSONAL_TYPES = frozenset({"name", "place", "phone", "email"})


class ScriptedBrain:
    """Same turn in, same reply out."""

    def respond(self, turn: TurnInput) -> BrainReply:
        heard = self._hear(turn)
        mood = listen(turn.burst, turn.state)
        extraction = self._extract(turn, mood, heard.language)
        signals = weigh(turn, mood, extraction, outside(mood, turn.state, bool(extraction.updates)))
        state = self._remember(turn, mood, extraction, heard, signals)
        # After remembering: the answer that completes the slots must qualify in the same turn
        decision = stages.decide(turn.playbook, state.slots, signals)
        served = "own_client" in mood and not extraction.updates
        asks = (
            # Kept for later is no refusal: a better answer may still qualify them, so the asking goes on
            decision.stage in {stages.QUALIFYING, stages.NURTURE} and "complaint" not in mood and not served
        )
        question = next_question(turn, state) if asks else None
        return self._reply(
            turn, Understanding(mood, extraction, decision, state, heard.language, question), signals
        )

    def _reply(self, turn: TurnInput, seen: Understanding, signals: Signals) -> BrainReply:
        wording = voice(turn.playbook, seen.state, turn.context, seen.language)
        told = answer(turn.playbook, turn.burst, seen.mood, wording)
        messages = Speaker(turn, seen, wording, told).messages()
        answering = seen.extraction.updates and seen.mood.intent in {"other", "thanks"}
        return BrainReply(
            language=seen.language,
            intent="answering" if answering else seen.mood.intent,
            sentiment=seen.mood.sentiment,
            state=self._after_speaking(seen, messages),
            updates=seen.extraction.updates,
            rejected=seen.extraction.rejected,
            kb_ids=list(told.kb_ids),
            unanswered=list(told.unanswered),
            messages=messages,
            proposal=seen.decision.stage,
            handoff=seen.decision.handoff,
            handoff_reason=seen.decision.reason,
            summary=summary(seen.state.slots, seen.decision),
            next_slot=seen.next_question.key if seen.next_question else None,
            signals=signals,
        )

    def _hear(self, turn: TurnInput) -> languages.Heard:
        playbook, state = turn.playbook, turn.state
        return languages.hear(
            [message.words for message in turn.burst if message.words],
            known=state.language,
            vote=state.language_vote,
            locked=state.language_locked,
            languages=playbook.languages,
            seed=languages.seed_language(
                turn.context.country, playbook.languages, playbook.default_language, turn.context.language
            ),
        )

    def _extract(self, turn: TurnInput, mood: Mood, language: str) -> Extraction:
        """Nothing is learned about a sale from a complaint, an emergency, a job seeker or a machine."""
        if any(intent in mood for intent in UNREAD_MOODS):
            return Extraction()
        extraction = extract(turn, language)
        return extraction if turn.state.outside is None or _is_business(turn, extraction) else Extraction()

    def _remember(
        self,
        turn: TurnInput,
        mood: Mood,
        extraction: Extraction,
        heard: languages.Heard,
        signals: Signals,
    ) -> State:
        state = turn.state.with_values(extraction.updates)
        only_orders = mood.intent == "injection" and not extraction.updates
        return replace(
            state,
            language=heard.confirmed,
            language_vote=heard.vote,
            language_locked=heard.locked,
            injections=state.injections + 1 if only_orders else 0,
            annoyances=state.annoyances + mood.annoyances,
            recent_inbound=(*state.recent_inbound, burst_text(turn.burst))[-REMEMBERED_BURSTS:],
            turns=state.turns + 1,
            outside=signals.outside,
            opted_out=signals.opted_out,
            failures=signals.failures,
            out_of_scope=signals.out_of_scope,
        )

    def _after_speaking(self, seen: Understanding, messages: list[str]) -> State:
        state, question = seen.state, seen.next_question
        asked = (
            {**state.asked, question.key: state.asked.get(question.key, 0) + 1} if question else state.asked
        )
        reasons = (seen.decision.reason,) if seen.decision.handoff and seen.decision.reason else ()
        return replace(
            state,
            asked=asked,
            pending=question.key if question else None,
            greeted=state.greeted or bool(messages),
            recent_agent_texts=(*state.recent_agent_texts, *messages)[-REMEMBERED_REPLIES:],
            closed_with=None if seen.decision.stage == stages.QUALIFYING else seen.decision.stage,
            handed_over=tuple(dict.fromkeys((*state.handed_over, *reasons))),
        )


def _is_business(turn: TurnInput, extraction: Extraction) -> bool:
    """A job seeker who tells a name or a city has not become a client."""
    asked = (turn.playbook.question(update.slot) for update in extraction.updates)
    return any(question is not None and question.type not in PERSONAL_TYPES for question in asked)


def next_question(turn: TurnInput, state: State) -> Question | None:
    """The first required slot still missing. One asked too often, and one that the client puts off, wait until
    the others were asked."""
    missing = [question for question in turn.playbook.required if question.key not in state.slots]
    # Stable sort: all but the one put off keep the playbook's order
    if is_put_off(turn.burst):
        missing.sort(key=lambda question: question.key == turn.state.pending)
    fresh = [question for question in missing if state.asked.get(question.key, 0) < question.max_asks]
    return next(iter(fresh or missing), None)


def summary(slots: Mapping[str, SlotValue], decision: Decision) -> str:
    """One line for the consultant."""
    known = ", ".join(f"{key}: {_short(slot)}" for key, slot in slots.items())
    return (
        f"{decision.stage}"
        + (f" ({decision.reason})" if decision.reason else "")
        + (f" · {known}" if known else "")
    )


def _short(slot: SlotValue) -> str:
    if not isinstance(slot.value, dict):
        return str(slot.value)[:60]
    ends = [str(slot.value[end]) for end in ("min", "max") if slot.value.get(end) is not None]
    return " ".join(filter(None, ("–".join(dict.fromkeys(ends)), currencies.named(slot.quote))))
