"""Try it: a chat with the draft, the trace of each answer beside it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from agent import trying
from agent.admin.pages import PlaybookPage
from agent.endpoint import Endpoint
from agent.playbooks import fingerprint_of, problems_of
from agent.trying import Trial
from leads.errors import InvalidError
from whatsapp.models import Conversation

BRAINS = ("scripted", "llm")


class TryView(PlaybookPage):
    """The transcript is in the session: it goes when the manager does."""

    template, tab, title = "admin/agent/playbook/try.html", "try", _("Try it")

    def get(self, request: HttpRequest, **place: Any) -> HttpResponse:
        return self.draw(self.shown(self.trial()))

    def post(self, request: HttpRequest, **place: Any) -> HttpResponse:
        brain, trial = request.POST.get("brain", ""), self.trial()
        if "again" in request.POST or trial is None:
            trial = trying.begin(self.playbook, brain if brain in self.brains() else BRAINS[0])
        if "text" in request.POST and not problems_of(trial.snapshot):
            try:
                trial = trying.say(self.playbook, trial, request.POST["text"])
            except InvalidError as refusal:
                messages.error(request, str(refusal.detail))
        request.session[self.place_in_session] = trial.to_json()
        return self.go("try")

    @property
    def place_in_session(self) -> str:
        return f"trial-{self.playbook.pk}"

    def trial(self) -> Trial | None:
        kept = self.request.session.get(self.place_in_session)
        return Trial(**kept) if kept else None

    def brains(self) -> tuple[str, ...]:
        return BRAINS if Endpoint.from_settings().is_configured else BRAINS[:1]

    def shown(self, trial: Trial | None) -> dict[str, Any]:
        draft = self.playbook.draft
        return {
            "trial": trial,
            "stage": Conversation.Stage(trial.stage).label if trial else "",
            "explained": [line["why"] for line in reversed(trial.lines) if line["why"]] if trial else [],
            "is_outdated": trial is not None and fingerprint_of(trial.snapshot) != fingerprint_of(draft),
            "problems": problems_of(draft),
            "has_model": len(self.brains()) > 1,
            "is_empty": trial is None or not trial.lines,
        }
