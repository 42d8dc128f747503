"""Drafts become immutable versions; conversations keep the version they began with."""

import json
from copy import copy
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from agent import knowledge
from agent.brains.playbook import Playbook as PlaybookContent
from agent.brains.playbook import per_language
from agent.models import Playbook, PlaybookVersion
from agent.playbook_checks import problems_of
from agent.playbook_library import shared_messages
from leads import one_trip
from leads.errors import InvalidError
from leads.models import User

KNOWN_VERSIONS = 64
_DEFAULT_VERSION = """
SELECT current_id FROM agent_playbook WHERE current_id IS NOT NULL ORDER BY is_default DESC, id LIMIT 1"""


@transaction.atomic
def publish(playbook: Playbook, *, user: User | None = None) -> PlaybookVersion:
    """Freeze the draft as the next version and use it for new conversations.

    InvalidError names what is missing. Publishing an unchanged draft returns the current version.
    """
    playbook = Playbook.objects.select_for_update().get(pk=playbook.pk)
    problems = problems_of(playbook.draft)
    if problems:
        raise InvalidError(_("This playbook cannot be published yet."), fields={"draft": problems})
    fingerprint = fingerprint_of(playbook.draft)
    if playbook.current and playbook.current.sha256 == fingerprint:
        return playbook.current
    number = playbook.versions.aggregate(last=Max("number"))["last"] or 0
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=number + 1, snapshot=playbook.draft, sha256=fingerprint, published_by=user
    )
    playbook.current = version
    playbook.save(update_fields=["current", "updated_at"])
    return version


@transaction.atomic
def roll_back(playbook: Playbook, version: PlaybookVersion) -> None:
    """Use an earlier version again for new conversations; the draft follows it."""
    playbook.current, playbook.draft = version, version.snapshot
    playbook.save(update_fields=["current", "draft", "updated_at"])


@transaction.atomic
def make_default(playbook: Playbook) -> None:
    """New conversations begin with this one, once something of it is published."""
    for other in Playbook.objects.select_for_update().filter(is_default=True).exclude(pk=playbook.pk):
        other.is_default = False
        other.save(update_fields=["is_default"])
    Playbook.objects.filter(pk=playbook.pk).update(is_default=True)


def fingerprint_of(snapshot: dict[str, Any]) -> str:
    return sha256(json.dumps(snapshot, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def version_for_new_dialogue() -> PlaybookVersion | None:
    """The published version of the default playbook; None while nothing is published."""
    version_id = one_trip.ask(_DEFAULT_VERSION, [])
    return None if version_id is None else frozen_version(version_id)


def frozen_version(version_id: int) -> PlaybookVersion:
    """The version, read once per process: it never changes, and it is big."""
    # A copy, so that what is read by way of it (its playbook, which does change) is not kept with it
    return copy(_known_version(version_id))


@lru_cache(maxsize=KNOWN_VERSIONS)
def _known_version(version_id: int) -> PlaybookVersion:
    return PlaybookVersion.objects.get(pk=version_id)


def content_of(version: PlaybookVersion, asked: str = "") -> PlaybookContent:
    """What a brain reads: the frozen version, with what the playbook knows now about what was asked."""
    content = PlaybookContent.from_snapshot(version.snapshot)
    # The engine may have learned to say more since the version was published
    said = {kind: per_language(texts) for kind, texts in shared_messages().items()} | dict(content.messages)
    found = knowledge.find(version.playbook_id, asked) if asked else []
    return replace(content, messages=said, snippets=(*content.snippets, *found))
