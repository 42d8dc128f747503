"""The playbook's own sentences, in the client's language."""

from agent.brains.playbook import Playbook


def say_in(playbook: Playbook, kind: str, language: str) -> list[str]:
    """The first variant of `kind` in `language`, or in the playbook's default language; empty if it has none."""
    texts = playbook.messages.get(kind, {})
    return list((texts.get(language) or texts.get(playbook.default_language) or ())[:1])
