"""A model's answer to one turn, weighed: what of it counts, where that leads, and what would be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent import reply_guards, stages
from agent.brains.evidence import Judged, judge, stands
from agent.brains.protocol import (
    BrainReply,
    Decision,
    Question,
    Rejected,
    Signals,
    SlotUpdate,
    State,
    TurnInput,
)
from agent.brains.scripted import REMEMBERED_REPLIES, next_question, summary
from agent.brains.scripted_speaking import STAGE_CLOSINGS
from agent.brains.scripted_wording import Wording, bubbles, closing_messages, voice

LONGEST_SUMMARY = 200
MOST_UNANSWERED = 5
MAX_BUBBLES = 2
LEAVES_IN_PEACE = frozenset({"goodbye", "not_interested", "complaint", "opt_out"})


@dataclass(frozen=True)
class Draft:
    """`judged`, `state`, `signals` and `decision` are code's view; `answer` is the model's own."""

    turn: TurnInput
    scripted: BrainReply
    answer: dict[str, Any]
    judged: Judged
    state: State
    signals: Signals
    decision: Decision

    @classmethod
    def of(cls, turn: TurnInput, scripted: BrainReply, answer: dict[str, Any]) -> Draft:
        judged = completed(judge(answer["updates"], turn, scripted.language), turn, scripted, answer)
        slots = turn.state.with_values(judged.accepted).slots
        signals = weigh(turn, scripted, answer, judged)
        # The memory is the scripted brain's, which heard the turn first; only these parts are the model's
        state = replace(
            scripted.state,
            slots=slots,
            # As before the turn: what the scripted brain would have asked was not said
            asked=turn.state.asked,
            failures=signals.failures,
            out_of_scope=signals.out_of_scope,
        )
        return cls(
            turn, scripted, answer, judged, state, signals, stages.decide(turn.playbook, slots, signals)
        )

    def problems(self) -> list[str]:
        """What a client must not read, in words for the model. Closing words are the engine's own."""
        # A model's slip in words that are never said must not cost its understanding of the slots
        if self._closes:
            return []
        return reply_guards.problems(self._said(), self.turn, self.state, self.language)

    def reply(self) -> BrainReply:
        asked = self._asked_for()
        messages = self._closing() if self._closes else self._conversation()
        return replace(
            self.scripted,
            intent=self.answer["intent"],
            sentiment=self.answer["sentiment"],
            state=self._after_speaking(messages, asked),
            updates=self.judged.accepted,
            rejected=self.judged.rejected,
            kb_ids=self._cited(),
            unanswered=[text[:LONGEST_SUMMARY] for text in self.answer["unanswered"][:MOST_UNANSWERED]],
            messages=messages,
            proposal=self.decision.stage,
            handoff=self.decision.handoff,
            handoff_reason=self.decision.reason,
            summary=f"{summary(self.state.slots, self.decision)} · {self.answer['summary'][:LONGEST_SUMMARY]}",
            next_slot=asked.key if asked else None,
            source="llm",
            signals=self.signals,
        )

    @property
    def _closes(self) -> bool:
        """The turn that ends the qualification. Small talk after it is the model's again."""
        decision = self.decision
        is_over = decision.stage != stages.QUALIFYING
        return is_over and (decision.handoff or self.turn.state.closed_with != decision.stage)

    @property
    def language(self) -> str:
        return self.scripted.language

    @property
    def _voice(self) -> Wording:
        return voice(self.turn.playbook, self.state, self.turn.context, self.language)

    def _said(self) -> list[str]:
        return [text.strip() for text in self.answer["messages"] if text.strip()]

    def _asks(self) -> bool:
        return any("?" in text for text in self._said())

    def _asked_for(self) -> Question | None:
        """The slot that the reply asks for: the model's word where that slot is missing, else the next one."""
        if self.decision.stage != stages.QUALIFYING or self.answer["intent"] in LEAVES_IN_PEACE:
            return None
        named = self.turn.playbook.question(self.answer["next_slot"])
        # A slot that it named without asking anything is not counted as asked
        if named is not None and named.key not in self.state.slots and self._asks():
            return named
        return next_question(self.turn, self.state)

    def _conversation(self) -> list[str]:
        """The model's words, after our own introduction; the next question is added where it asked nothing."""
        said = self._said()
        question = self._asked_for()
        if question and not self._asks():
            said.append(self._voice.ask(question, self.turn.state.asked.get(question.key, 0)))
        if self.turn.state.greeted:
            return bubbles(" ".join(said)) if len(said) > MAX_BUBBLES else said
        # Ours and not the model's: that a machine speaks has to be said, word for word, in the first reply
        return bubbles(self._voice.say("greeting"), " ".join(said))

    def _closing(self) -> list[str]:
        """The engine's own words, once. The model's are left unsaid."""
        turn, decision = self.turn, self.decision
        greeting = "" if turn.state.greeted else self._voice.say("greeting")
        if decision.handoff:
            closing = closing_messages(turn.playbook, decision, self.language, turn.context, self.state)
            return bubbles(greeting, *closing)
        return bubbles(greeting, self._voice.say(STAGE_CLOSINGS.get(decision.stage, "after_closing")))

    def _cited(self) -> list[str]:
        # Models invent ids as readily as facts
        known = {snippet.id for snippet in self.turn.playbook.snippets}
        return [cited for cited in self.answer["kb_ids"] if cited in known]

    def _after_speaking(self, messages: list[str], asked: Question | None) -> State:
        before, decision = self.turn.state, self.decision
        times = {**before.asked, asked.key: before.asked.get(asked.key, 0) + 1} if asked else before.asked
        reasons = (decision.reason,) if decision.handoff and decision.reason else ()
        return replace(
            self.state,
            asked=times,
            pending=asked.key if asked else None,
            greeted=before.greeted or bool(messages),
            recent_agent_texts=(*before.recent_agent_texts, *messages)[-REMEMBERED_REPLIES:],
            closed_with=None if decision.stage == stages.QUALIFYING else decision.stage,
            handed_over=tuple(dict.fromkeys((*before.handed_over, *reasons))),
        )


def completed(judged: Judged, turn: TurnInput, scripted: BrainReply, answer: dict[str, Any]) -> Judged:
    """The model's updates over those that the rules read: it was shown these and may correct or clear them.

    What the model itself is unsure of counts only where the rules read the same.
    """
    read = {update.slot: update for update in scripted.updates}
    unsure = [
        update for update in judged.accepted if answer["confidence"] == "low" and not _agrees(update, read)
    ]
    accepted = [update for update in judged.accepted if update not in unsure]
    settled = {update.slot for update in (*accepted, *unsure)}
    # Also where the clearing was not proven: the model doubts what the rules read there
    settled |= {proposal["slot"] for proposal in answer["updates"] if proposal["op"] == "clear"}
    doubtful = [Rejected(update.slot, update.value, update.quote, "ambiguous") for update in unsure]
    return Judged(
        accepted + [update for slot, update in read.items() if slot not in settled],
        judged.rejected + doubtful,
    )


def weigh(turn: TurnInput, scripted: BrainReply, answer: dict[str, Any], judged: Judged) -> Signals:
    """The model's view of the mood counts where it quotes the client; its counters never do."""
    intent, reason = answer["intent"], answer["handoff_reason"]
    proven = stands(answer["evidence"], turn)
    progress = bool(judged.accepted) or any(one.id in answer["kb_ids"] for one in turn.playbook.snippets)
    strayed = intent == "off_topic" and not progress
    counted = turn.state.out_of_scope + strayed
    return replace(
        scripted.signals,
        asked_human=proven and (intent == "ask_human" or reason == "asked_human"),
        angry=proven and answer["sentiment"] == "angry" and (intent == "complaint" or reason == "angry"),
        sensitive=proven and (intent == "emergency" or reason == "sensitive"),
        # The stricter of both counts: a model that plays along with the client must not keep a person away
        out_of_scope=0 if progress else max(counted, scripted.signals.out_of_scope),
        failures=0 if progress else scripted.signals.failures,
    )


def _agrees(update: SlotUpdate, read: Mapping[str, SlotUpdate]) -> bool:
    return update.slot in read and read[update.slot].value == update.value
