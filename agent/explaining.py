"""Why the agent said what it said, in the reader's language. Plain JSON: a page draws it, a session keeps it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from agent.budget import MICRO, cost_of
from agent.models import AgentTurn, KnowledgeSnippet
from agent.slot_names import names_in
from agent.turn_words import BRAINS, FAILURES, REASONS
from leads.slot_lines import UNNAMED, slot_line
from leads.stored_words import named
from whatsapp.models import Conversation, Message


def turn_behind(message: Message) -> AgentTurn | None:
    """The decision that a message of the agent came from; one sent again leads back to the first."""
    first = message
    while first.retry_of is not None:
        first = first.retry_of
    said = AgentTurn.objects.filter(
        conversation=message.conversation_id, said_from__lte=first.seq, said_to__gte=first.seq
    )
    return said.select_related("conversation", "playbook_version__playbook").first()


def explain(turn: AgentTurn) -> dict[str, Any]:
    """`understood` and `refused` are slot lines (`{label, value, quote}`), refused ones with a `reason`."""
    names = names_in(turn.playbook_version.snapshot)
    return {
        "read": [message.body or f"[{message.kind}]" for message in _burst(turn)],
        "understood": [_line(update, names) for update in turn.accepted],
        "refused": [
            _line(update, names) | {"reason": named(update["reason"], REASONS)} for update in turn.rejected
        ],
        "guards": turn.violations,
        "stage_before": _stage(turn.stage_before),
        "stage_after": _stage(turn.stage_after),
        "knowledge": _cited(turn.trace.get("kb_ids", [])),
        "unanswered": turn.trace.get("unanswered", []),
        "playbook": str(turn.playbook_version),
        **_how(turn),
    }


def _how(turn: AgentTurn) -> dict[str, Any]:
    """Who thought, how long, at what price."""
    return {
        "brain": named(turn.brain, BRAINS),
        "outcome": turn.get_outcome_display(),
        "failure": named(turn.failure, FAILURES),
        "is_repaired": bool(turn.trace.get("repaired")),
        "restarts": _restarts(turn),
        "tokens": turn.input_tokens + turn.output_tokens,
        "cost": cost_of(turn.input_tokens, turn.output_tokens) / MICRO,
        "seconds": turn.latency_ms / 1000,
    }


def _burst(turn: AgentTurn) -> Iterable[Message]:
    read = turn.conversation.messages.filter(direction=Message.Direction.IN)
    return read.filter(seq__gte=turn.first_seq, seq__lte=turn.last_seq).order_by("seq")


def _line(update: dict[str, Any], names: dict[str, Any]) -> dict[str, str]:
    line = slot_line(update["slot"], update, names.get(update["slot"], UNNAMED))
    return line | {"value": _("taken back")} if update.get("op") == "clear" else line


def _cited(ids: list[str]) -> list[dict[str, str]]:
    """A snippet that was deleted since is named by its id alone."""
    keys = [int(cited[2:]) for cited in ids if cited.startswith("kb") and cited[2:].isdecimal()]
    titles = dict(KnowledgeSnippet.objects.filter(pk__in=keys).values_list("pk", "title"))
    known = {f"kb{key}": title for key, title in titles.items()}
    return [{"id": cited, "title": known.get(cited, "")} for cited in ids]


def _restarts(turn: AgentTurn) -> int:
    """How often a newer message made it think again."""
    dropped = AgentTurn.objects.filter(conversation=turn.conversation_id, first_seq=turn.first_seq)
    return dropped.filter(outcome=AgentTurn.Outcome.RESTARTED, started_at__lte=turn.started_at).count()


def _stage(stage: str) -> str:
    return str(Conversation.Stage(stage).label) if stage in Conversation.Stage.values else ""
