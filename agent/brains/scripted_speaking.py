"""Composes the reply: greeting, acknowledgement, answer, one question; or the closing words."""

from __future__ import annotations

from dataclasses import dataclass

from agent import stages
from agent.brains.protocol import Decision, Question, SlotUpdate, State, TurnInput
from agent.brains.scripted_answers import Answer
from agent.brains.scripted_extraction import Extraction
from agent.brains.scripted_mood import Mood
from agent.brains.scripted_signals import is_put_off
from agent.brains.scripted_talk import is_filler
from agent.brains.scripted_wording import Wording, bubbles, closing_messages

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
        if "goodbye" in mood and not self.seen.extraction.updates and before.greeted:
            return bubbles(self.say("after_closing"))
        if "own_client" in mood and not self.seen.extraction.updates:
            return bubbles(self._greeting(), self.told.text, self.say("offer_human"))
        return self._conversation()

    def _is_upset(self) -> bool:
        """Who just complained is not asked the next sales question until they come back with an answer."""
        upset = self.seen.mood.annoyances or self.turn.state.annoyances
        return bool(upset and not self.seen.extraction.updates and not self.told.text)

    def _handoff(self) -> list[str]:
        if "emergency" in self.seen.mood:
            return bubbles(self._greeting(), self.say("emergency"))
        turn, seen = self.turn, self.seen
        closing = closing_messages(turn.playbook, seen.decision, seen.language, turn.context, seen.state)
        return bubbles(self._greeting(), self._sympathy(), *closing)

    def _closed(self) -> list[str]:
        """A finished conversation gets its closing once, then short and polite answers."""
        seen, before = self.seen, self.turn.state
        asking = self._question(seen.next_question) if seen.next_question else ""
        if asking and before.closed_with == seen.decision.stage:
            return bubbles(self._reaction(seen.next_question), asking)
        if before.closed_with == seen.decision.stage:
            polite = "after_handoff" if seen.decision.stage == stages.QUALIFIED else "after_closing"
            return bubbles(self.told.text or self._sympathy() or self.say(polite))
        kind = OUTSIDE_CLOSINGS.get(seen.state.outside or "") or STAGE_CLOSINGS.get(seen.decision.stage)
        return bubbles(self._greeting(), self._sympathy(), self.say(kind or "after_closing"), asking)

    def _conversation(self) -> list[str]:
        question = self.seen.next_question
        unheard = "unheard_audio" in self.seen.mood and not self.seen.extraction.updates
        asking = self._question(question) if question and not unheard else ""
        opening = bubbles(self._greeting(), self._reaction(question))
        return bubbles(*opening, asking)

    def _sympathy(self) -> str:
        return self.say("sympathy") if "bad_news" in self.seen.mood else ""

    def _greeting(self) -> str:
        return "" if self.turn.state.greeted else self.say("greeting")

    def _question(self, question: Question) -> str:
        times = self.turn.state.asked.get(question.key, 0)
        return self.wording.ask(question, times)

    def _reaction(self, question: Question | None) -> str:
        """What we say about what they said, before we ask on."""
        # "All good here, thanks!" is thanks enough
        thanked = "how_are_you" in self.seen.mood
        parts = [self._notice(), self.told.text or ("" if thanked else self._acknowledgement(question))]
        return " ".join(part for part in parts if part)

    def _notice(self) -> str:
        mood = self.seen.mood
        notices = {
            "card": "sensitive_data", "language": "language_switched", "are_you_bot": "bot_disclosure",
            "is_it_honest": "who_we_are", "your_name": "introduction", "by_text": "by_text",
            "how_are_you": "fine_thanks", "are_you_there": "still_here",
            "bad_news": "sympathy", "opt_in": "opt_in_confirmation",
            "unheard_audio": "cannot_hear_audio", "media": "media_received",
            "pin": "location_received", "contact_card": "contact_received",
        }  # fmt: skip
        if not self.turn.state.greeted:  # The greeting says the name
            del notices["your_name"]
        if not self.turn.state.opted_out:  # "I changed my mind" is about something else
            del notices["opt_in"]
        said = [self.say(kind) for name, kind in notices.items() if name in mood]
        if mood.annoyances and "bad_news" not in mood:
            said.append(self.say("apology"))
        return " ".join(said[:2])

    def _acknowledgement(self, question: Question | None) -> str:
        seen, state = self.seen, self.turn.state
        updates: list[SlotUpdate] = seen.extraction.updates
        if "why" in seen.mood and question:
            return self.wording.why(question)
        if "bad_news" in seen.mood:
            return ""
        if updates:
            return self._thanks(updates)
        if "off_topic" in seen.mood or "injection" in seen.mood:
            return self.say("off_topic")
        if state.pending and seen.state.failures > state.failures:
            if is_put_off(self.turn.burst) and seen.state.failures == 1:
                return self.say("ack_neutral")
            if all(is_filler(message.words) for message in self.turn.burst):
                return ""
            offer = self.say("offer_human") if seen.state.failures == stages.MAX_FAILURES - 1 else ""
            return f"{self.say('not_understood')} {offer}".strip()
        return ""

    def _thanks(self, updates: list[SlotUpdate]) -> str:
        """No cheer after bad news: a negative message gets a plain acknowledgement."""
        if self.seen.mood.sentiment in {"negative", "angry"}:
            return self.say("ack_neutral")
        if self.seen.extraction.corrected:
            return self.say("ack_correction")
        if any(update.slot == "name" for update in updates):
            return self.say("ack_name")
        return self.say("ack" if self.wording.name and len(self.turn.state.slots) % 2 else "ack_plain")
