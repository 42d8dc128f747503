"""The little world one dialogue is played in: a line, a consultant, a playbook. Rolled back afterwards."""

from dataclasses import dataclass
from uuid import uuid4

from agent.evaluation.dialogues import Dialogue
from agent.models import Dialogue as AgentDialogue
from agent.models import Playbook, PlaybookVersion
from agent.playbooks import fingerprint_of
from leads import circles
from leads.models import AssignmentRule, Consultant, Status, User
from whatsapp.models import Conversation, Line

# The smallest smallint: before every rule of the workspace
FIRST = -32768


@dataclass(frozen=True)
class World:
    line: Line
    consultant: Consultant
    version: PlaybookVersion
    client_number: str


def build(dialogue: Dialogue, snapshot: dict, playbook: Playbook | None = None) -> World:
    """Rows of its own, so that no row of the workspace is locked or changed while the dialogue lasts.

    `playbook` lends its knowledge.
    """
    Status.objects.get_or_create(slug="new", defaults={"name": "New"})
    user = User.objects.create(username=f"evaluation-{uuid4().hex[:12]}", first_name="Carlos")
    consultant = Consultant.objects.create(user=user)
    rule = AssignmentRule.objects.create(name="Evaluation", position=FIRST)
    circles.seat(rule, [consultant])
    number = uuid4().int % 10**8
    if playbook is None:
        playbook = Playbook.objects.create(name=dialogue.domain, domain=dialogue.domain, draft=snapshot)
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=number, snapshot=snapshot, sha256=fingerprint_of(snapshot)
    )
    line = Line.objects.create(
        name="Evaluation", address=f"whatsapp:+1999{number:08d}", default_country=dialogue.country
    )
    return World(line, consultant, version, client_number=f"+8835100{number:08d}")


def begin_dialogue(world: World, conversation: Conversation) -> None:
    """Pin the dialogue's own playbook before the agent looks at the conversation."""
    AgentDialogue.objects.get_or_create(
        conversation=conversation, defaults={"playbook_version": world.version}
    )
