"""The addresses of the HTML pages."""

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import path

from kanban.pages import board, inbox, lead, notices, session, story

urlpatterns = [
    path("", board.board, name="board"),
    path("board/columns/<slug:slug>/", board.column, name="board-column"),
    path("board/cards/", board.cards, name="board-cards"),
    path("board/queue/", board.queue, name="board-queue"),
    path("leads/<uuid:lead_id>/", lead.lead_page, name="lead"),
    path("leads/<uuid:lead_id>/notes/", lead.add_note, name="lead-notes"),
    path("leads/<uuid:lead_id>/read/", lead.mark_read, name="lead-read"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/threads/", inbox.threads, name="inbox-threads"),
    path("inbox/chats/<slug:chat_id>/", inbox.chat, name="inbox-chat"),
    path("inbox/conversations/<uuid:conversation_id>/", inbox.conversation, name="inbox-conversation"),
    path("login/", session.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("me/language/", session.choose_language, name="choose-language"),
    path("me/theme/", session.choose_theme, name="choose-theme"),
    path("me/accepting/", session.accept_leads, name="accept-leads"),
    path("me/notices/", notices.latest, name="notices"),
    path("me/notices/seen/", notices.mark_seen, name="notices-seen"),
    path("me/notices/seen/<uuid:lead_id>/", notices.mark_seen_of_lead, name="notices-of-lead-seen"),
    path("me/sound/", notices.choose_sound, name="choose-sound"),
    path("me/waiting/", session.waiting, name="waiting"),
]
if settings.SIMULATOR:
    urlpatterns.append(path("simulator/story/", story.story, name="simulator-story"))
