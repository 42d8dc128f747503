"""What all pages of one playbook share: who may see them, the tabs, and how they are drawn."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View

from agent.models import Playbook

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

TABS = (
    ("change", _("Settings")),
    ("voice", _("Voice and hours")),
    ("questions", _("Questions")),
    ("rules", _("Rules")),
    ("facts", _("Facts")),
    ("wording", _("Wording")),
    ("knowledge", _("Knowledge")),
    ("try", _("Try it")),
    ("publish", _("Publish")),
)


class PlaybookPage(View):
    """A page under one playbook. Whoever may change playbooks may see it."""

    pages: "ModelAdmin" = None  # type: ignore[assignment]  # as_view() wants an attribute to set
    template: ClassVar[str]
    title: ClassVar[str | Promise]
    tab: ClassVar[str]
    playbook: Playbook

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.playbook = get_object_or_404(
            Playbook.objects.select_related("current"), pk=kwargs["playbook_id"]
        )
        if not self.pages.has_change_permission(request, self.playbook):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def draw(self, context: dict[str, Any]) -> HttpResponse:
        shared = self.pages.admin_site.each_context(self.request) | {
            "opts": self.pages.opts,
            "original": self.playbook,
            "title": self.title,
            "tabs": tabs_of(self.playbook, self.tab),
        }
        return render(self.request, self.template, shared | context)

    def go(self, page: str, *args: Any) -> HttpResponse:
        return HttpResponseRedirect(address(page, self.playbook, *args))


def tabs_of(playbook: Playbook, chosen: str) -> list[tuple[str, str | Promise, bool]]:
    """Address, words, and whether it is the page shown."""
    return [(address(tab, playbook), words, tab == chosen) for tab, words in TABS]


def address(page: str, playbook: Playbook, *args: Any) -> str:
    if page == "knowledge":
        return f"{reverse('admin:agent_knowledgesnippet_changelist')}?playbook__id__exact={playbook.pk}"
    return reverse(f"admin:agent_playbook_{page}", args=[playbook.pk, *args])
