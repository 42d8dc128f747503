"""Publish a draft after seeing what it changes, look at old versions, go back to one in one click."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from agent import playbooks, rehearsing, tasks
from agent.admin.forms.arranging import questions_in_words
from agent.admin.forms.rules import rules_in_words
from agent.admin.forms.texts import facts_in_words
from agent.admin.pages import PlaybookPage
from agent.models import Playbook, PlaybookVersion, Rehearsal
from agent.playbooks import fingerprint_of, problems_of
from agent.rehearsing import Difference
from agent.slot_names import called, names_in
from leads.errors import InvalidError
from leads.on_commit import enqueue
from leads.requests import user_of
from leads.stored_words import named
from whatsapp.models import Conversation

MEASURES = {
    "slot_f1": _("Facts understood (F1)"),
    "stage_accuracy": _("Stage right"),
    "handoff_precision": _("Handovers that were right"),
    "handoff_recall": _("Right handovers that happened"),
}
STAGES = dict(Conversation.Stage.choices)
# What may go wrong in a rehearsed dialogue besides the answer to a question
FAULTS = {"stage": _("Stage"), "handoff": _("Handover"), "reason": _("Reason")}


class PublishView(PlaybookPage):
    """The draft is rehearsed by a worker; the page looks again until it is done."""

    template, tab, title = "admin/agent/playbook/publish.html", "publish", _("Publish")

    def get(self, request: HttpRequest, **place: Any) -> HttpResponse:
        return self.draw(self.facts())

    def post(self, request: HttpRequest, **place: Any) -> HttpResponse:
        if "rehearse" in request.POST:
            self.rehearse(request)
        # What was looked at is what gets published, or nothing
        elif request.POST.get("publish") != fingerprint_of(self.playbook.draft):
            messages.warning(request, _("Somebody changed the draft meanwhile. Look at it once more."))
        else:
            self.publish(request)
        return self.go("publish")

    def rehearse(self, request: HttpRequest) -> None:
        if not problems_of(self.playbook.draft):
            rehearsing.rehearse(self.playbook, user=user_of(request))
            enqueue(tasks.rehearse_drafts)

    def publish(self, request: HttpRequest) -> None:
        try:
            version = playbooks.publish(self.playbook, user=user_of(request))
        except InvalidError as refusal:
            messages.error(request, str(refusal.detail))
        else:
            messages.success(
                request,
                _("Published: %(version)s. New conversations use it; those under way keep theirs.")
                % {"version": version},
            )

    def facts(self) -> dict[str, Any]:
        playbook, fingerprint = self.playbook, fingerprint_of(self.playbook.draft)
        rehearsals = Rehearsal.objects.filter(playbook=playbook, sha256=fingerprint, version=playbook.current)
        rehearsal = rehearsals.first()
        compared = rehearsing.compare(rehearsal) if rehearsal else None
        return {
            "fingerprint": fingerprint,
            "is_published": playbook.current is not None and playbook.current.sha256 == fingerprint,
            "problems": problems_of(playbook.draft),
            "rehearsal": rehearsal,
            "is_under_way": rehearsal is not None and rehearsal.state == Rehearsal.State.PENDING,
            "compared": compared,
            "losses": _in_words(compared.losses, playbook) if compared else [],
            "gains": _in_words(compared.gains, playbook) if compared else [],
            "measures": _measures(compared.before, compared.after) if compared else [],
            "versions": playbook.versions.select_related("published_by")[:50],
        }


class VersionView(PlaybookPage):
    """What a version says, for reading."""

    template, tab, title = "admin/agent/playbook/version.html", "publish", _("Version")

    def get(self, request: HttpRequest, number: int, **place: Any) -> HttpResponse:
        version = _version(self, number)
        content = playbooks.content_of(version)
        said = {
            "questions": questions_in_words(version.snapshot),
            "rules": rules_in_words(version.snapshot),
            "facts": facts_in_words(version.snapshot),
        }
        return self.draw({"version": version, "content": content} | said)


class RollBackView(PlaybookPage):
    """One click: an earlier version is used again, and the draft follows it."""

    tab = "publish"

    def post(self, request: HttpRequest, number: int, **place: Any) -> HttpResponse:
        version = _version(self, number)
        playbooks.roll_back(self.playbook, version)
        messages.success(request, _("In use again: %(version)s") % {"version": version})
        return self.go("publish")


def _version(page: PlaybookPage, number: int) -> PlaybookVersion:
    version = page.playbook.versions.filter(number=number).select_related("playbook").first()
    if version is None:
        raise Http404
    return version


def _in_words(differences: Sequence[Difference], playbook: Playbook) -> list[dict[str, Any]]:
    """Of each dialogue and side: what went wrong, and where the client stood at the end."""
    # A question that the draft has lost is called as it was
    published = playbook.current.snapshot if playbook.current else {}
    names = names_in(published) | names_in(playbook.draft)

    def side(run: Mapping[str, Any]) -> dict[str, Any]:
        wrong = [str(FAULTS.get(fault) or called(fault, names)) for fault in run["faults"]]
        return {"faults": wrong, "stage": named(run["stage"], STAGES)}

    return [{"id": one.id, "before": side(one.before), "after": side(one.after)} for one in differences]


def _measures(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "before": _percent(before.get(key)), "after": _percent(after.get(key))}
        for key, name in MEASURES.items()
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
