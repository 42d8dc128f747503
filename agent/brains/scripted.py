"""The brain without a model: reads with typed parsers, decides by rules, answers with the playbook's words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent import language as languages
from agent import stages
from agent.brains.protocol import BrainReply, Decision, Question, SlotUpdate, State, TurnInput
from agent.brains.scripted_answers import Answer, answer
from agent.brains.scripted_extraction import Extraction, extract
from agent.brains.scripted_signals import REMEMBERED_BURSTS, Mood, burst_text, listen, outside, weigh
from agent.brains.scripted_wording import Wording, bubbles, closing_messages, voice

REMEMBERED_REPLIES = 4
PERSONAL_TYPES = frozenset({"name", "place", "phone", "email"})
OUTSIDE_CLOSINGS = {
    "job_seeker": "job_seeker_closing",
    "spam": "spam_closing",
    "not_interested": "not_interested_closing",
}
STAGE_CLOSINGS = {stages.NURTURE: "nurture_closing", stages.DISQUALIFIED: "disqualified_closing"}


@dataclass(frozen=True)
class Understanding:
    """One turn as the brain sees it before it speaks."""

    mood: Mood
    extraction: Extraction
    decision: Decision
    state: State
    language: str
    next_question: Question | None


class ScriptedBrain:
    """Same turn in, same reply out."""

    def respond(self, turn: TurnInput) -> BrainReply:
        heard = self._hear(turn)
        mood = listen(turn.burst, turn.state)
        extraction = self._extract(turn, mood, heard.language)
        reason = outside(mood, turn.state, bool(extraction.updates))
        signals = weigh(turn, mood, extraction, reason)
        state = self._remember(turn, mood, extraction, heard)
        state = replace(
            state,
            outside=reason,
            opted_out=signals.opted_out,
            failures=signals.failures,
            out_of_scope=signals.out_of_scope,
        )
        decision = stages.decide(turn.playbook, state.slots, signals)
        asks = decision.stage in {stages.QUALIFYING, stages.NURTURE} and "complaint" not in mood
        question = next_question(turn, state) if asks else None
        seen = Understanding(mood, extraction, decision, state, heard.language, question)
        wording = voice(turn.playbook, state, turn.context, heard.language)
        told = answer(turn.playbook, turn.burst, mood, wording)
        messages = Speaker(turn, seen, wording, told).messages()
        return BrainReply(
            language=heard.language,
            intent="answering" if extraction.updates and mood.intent in {"other", "thanks"} else mood.intent,
            sentiment=mood.sentiment,
            state=self._after_speaking(seen, messages),
            updates=extraction.updates,
            rejected=extraction.rejected,
            kb_ids=list(told.kb_ids),
            unanswered=list(told.unanswered),
            messages=messages,
            proposal=decision.stage,
            handoff=decision.handoff,
            handoff_reason=decision.reason,
            summary=summary(state.slots, decision),
            next_slot=question.key if question else None,
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
            seed=languages.seed_language(turn.context.country, playbook.languages, playbook.default_language),
        )

    def _extract(self, turn: TurnInput, mood: Mood, language: str) -> Extraction:
        """Nothing is learned about a sale from a complaint, a job seeker or a machine."""
        if any(
            intent in mood
            for intent in ("angry", "complaint", "job_seeker", "spam", "opt_out", "autoresponder")
        ):
            return Extraction()
        extraction = extract(turn, language)
        return extraction if turn.state.outside is None or _is_business(turn, extraction) else Extraction()

    def _remember(self, turn: TurnInput, mood: Mood, extraction: Extraction, heard: languages.Heard) -> State:
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
    """The first required slot still missing; one asked too often waits until the others were asked."""
    missing = [question for question in turn.playbook.required if question.key not in state.slots]
    fresh = [question for question in missing if state.asked.get(question.key, 0) < question.max_asks]
    return next(iter(fresh or missing), None)


def summary(slots: object, decision: Decision) -> str:
    """One line for the consultant."""
    known = ", ".join(f"{key}: {_short(slot.value)}" for key, slot in slots.items())  # type: ignore[attr-defined]
    return (
        f"{decision.stage}"
        + (f" ({decision.reason})" if decision.reason else "")
        + (f" · {known}" if known else "")
    )


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "–".join(str(value[end]) for end in ("min", "max") if value.get(end) is not None)
    return str(value)[:60]


class Speaker:
    """Composes the reply: greeting, acknowledgement, answer, one question; or the closing words."""

    def __init__(self, turn: TurnInput, seen: Understanding, wording: Wording, told: Answer) -> None:
        self.turn = turn
        self.seen = seen
        self.say = wording.say
        self.wording = wording
        self.told = told

    def messages(self) -> list[str]:
        decision, mood, before = self.seen.decision, self.seen.mood, self.turn.state
        if decision.stage == stages.OPTED_OUT:
            return [] if before.opted_out else [self.say("opt_out_confirmation")]
        if decision.stage == stages.SUSPECTED_BOT:
            return []
        if decision.handoff:
            return self._handoff()
        if decision.stage != stages.QUALIFYING:
            return self._closed()
        if "complaint" in mood or (
            mood.annoyances and not self.seen.extraction.updates and not self.told.text
        ):
            return bubbles(self._greeting(), self.say("apology"), self.say("offer_human"))
        return self._conversation()

    def _handoff(self) -> list[str]:
        if "emergency" in self.seen.mood:
            return bubbles(self._greeting(), self.say("emergency"))
        turn, seen = self.turn, self.seen
        closing = closing_messages(turn.playbook, seen.decision, seen.language, turn.context, seen.state)
        return bubbles(self._greeting(), *closing)

    def _closed(self) -> list[str]:
        """A finished conversation gets its closing once, then short and polite answers."""
        seen, before = self.seen, self.turn.state
        asking = self._question(seen.next_question) if seen.next_question else ""
        if asking and before.closed_with == seen.decision.stage:
            return bubbles(self._reaction(seen.next_question), asking)
        if before.closed_with == seen.decision.stage:
            polite = "after_handoff" if seen.decision.stage == stages.QUALIFIED else "after_closing"
            return bubbles(self.told.text or self.say(polite))
        kind = OUTSIDE_CLOSINGS.get(seen.state.outside or "") or STAGE_CLOSINGS.get(seen.decision.stage)
        return bubbles(self._greeting(), self.say(kind or "after_closing"), asking)

    def _conversation(self) -> list[str]:
        question = self.seen.next_question
        asking = self._question(question) if question else ""
        opening = bubbles(self._greeting(), self._reaction(question))
        if not self.turn.state.greeted:
            return [*opening, *bubbles(asking)]
        return bubbles(*opening, asking)

    def _greeting(self) -> str:
        return "" if self.turn.state.greeted else self.say("greeting")

    def _question(self, question: Question) -> str:
        times = self.turn.state.asked.get(question.key, 0)
        return self.wording.ask(question, times)

    def _reaction(self, question: Question | None) -> str:
        """What we say about what they said, before we ask on."""
        parts = [self._notice(), self.told.text or self._acknowledgement(question)]
        return " ".join(part for part in parts if part)

    def _notice(self) -> str:
        mood = self.seen.mood
        notices = {
            "card": "sensitive_data", "language": "language_switched", "are_you_bot": "bot_disclosure",
            "opt_in": "opt_in_confirmation", "unheard_audio": "cannot_hear_audio", "media": "media_received",
        }  # fmt: skip
        said = [self.say(kind) for name, kind in notices.items() if name in mood]
        if mood.annoyances:
            said.append(self.say("apology"))
        return " ".join(said[:2])

    def _acknowledgement(self, question: Question | None) -> str:
        seen, state = self.seen, self.turn.state
        updates: list[SlotUpdate] = seen.extraction.updates
        if "why" in seen.mood and question:
            return self.wording.why(question)
        if updates:
            return self._thanks(updates)
        if "off_topic" in seen.mood or "injection" in seen.mood:
            return self.say("off_topic")
        if state.pending and seen.state.failures > state.failures:
            offer = self.say("offer_human") if seen.state.failures == stages.MAX_FAILURES - 1 else ""
            return f"{self.say('not_understood')} {offer}".strip()
        return ""

    def _thanks(self, updates: list[SlotUpdate]) -> str:
        if self.seen.extraction.corrected:
            return self.say("ack_correction")
        if any(update.slot == "name" for update in updates):
            return self.say("ack_name")
        return self.say("ack" if self.wording.name and len(self.turn.state.slots) % 2 else "ack_plain")
