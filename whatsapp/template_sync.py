"""Templates are read from their providers: made, changed and gone as they are there."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from whatsapp.models import Line, Template
from whatsapp.send_errors import SendError
from whatsapp.transports import transport_of
from whatsapp.transports.base import TemplateFacts

logger = logging.getLogger(__name__)
FIELDS = [name for name in TemplateFacts.__dataclass_fields__ if name != "sid"]


@dataclass(frozen=True)
class Synced:
    """`failed`: an error for each account that could not be asked, by a line of it."""

    count: int
    failed: dict[str, SendError]


def sync_templates() -> Synced:
    """Ask each account of our lines once for its templates. Safe to run twice, and at the same time."""
    count, failed = 0, {}
    for account, line in _accounts().items():
        try:
            facts = transport_of(line).list_templates(line)
        except SendError as error:
            logger.warning("templates not read", extra={"line": line.pk, "why": str(error)})
            failed[line.name] = error
        else:
            count += keep_templates(account, facts)
    return Synced(count, failed)


@transaction.atomic
def keep_templates(account: str, facts: Sequence[TemplateFacts]) -> int:
    """Make the rows of an account say what its provider says; what is not there any more is gone."""
    rows = [
        Template(account=account, is_gone=False, synced_at=timezone.now(), **_as_row(one))
        for one in {one.sid: one for one in facts}.values()
    ]
    # ON CONFLICT rather than look and write: the beat and somebody's button may run it at once
    Template.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "sid"],
        update_fields=[*FIELDS, "is_gone", "synced_at"],
    )
    others = Template.objects.filter(account=account).exclude(sid__in=[row.sid for row in rows])
    # Not deleted: messages name it, and a template that comes back is the same
    others.update(is_gone=True)
    return len(rows)


def _accounts() -> dict[str, Line]:
    """Each account that templates belong to, with one of its lines."""
    lines = {transport_of(line).account_key(line): line for line in Line.objects.filter(is_active=True)}
    return {account: line for account, line in lines.items() if account}


def _as_row(facts: TemplateFacts) -> dict[str, object]:
    return asdict(facts) | {"buttons": list(facts.buttons), "placeholders": list(facts.placeholders)}
