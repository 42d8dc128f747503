"""Addresses of conversations and chats, below /api/."""

from django.urls import path

from whatsapp.api import chats, views
from whatsapp.api.media import MediaFile

urlpatterns = [
    path("conversations/", views.ConversationList.as_view(), name="api-conversations"),
    path(
        "conversations/<uuid:conversation_id>/", views.ConversationDetail.as_view(), name="api-conversation"
    ),
    path("conversations/<uuid:conversation_id>/messages/", views.MessageList.as_view(), name="api-messages"),
    path("conversations/<uuid:conversation_id>/take-over/", views.TakeOver.as_view(), name="api-take-over"),
    path("conversations/<uuid:conversation_id>/close/", views.Close.as_view(), name="api-close"),
    path(
        "conversations/<uuid:conversation_id>/open-again/", views.OpenAgain.as_view(), name="api-open-again"
    ),
    path(
        "conversations/<uuid:conversation_id>/templates/",
        views.ConversationTemplates.as_view(),
        name="api-templates",
    ),
    path(
        "conversations/<uuid:conversation_id>/return-to-agent/",
        views.ReturnToAgent.as_view(),
        name="api-return-to-agent",
    ),
    path(
        "conversations/<uuid:conversation_id>/read/", views.MarkRead.as_view(), name="api-conversation-read"
    ),
    path("messages/<uuid:message_id>/retry/", views.MessageRetry.as_view(), name="api-message-retry"),
    path("messages/<uuid:message_id>/media/<int:number>/", MediaFile.as_view(), name="api-message-media"),
    path("chats/", chats.ChatList.as_view(), name="api-chats"),
    path("chats/<slug:chat_id>/messages/", chats.ChatMessages.as_view(), name="api-chat-messages"),
    path("chats/<slug:chat_id>/read/", chats.ChatRead.as_view(), name="api-chat-read"),
    path("chats/<slug:chat_id>/lead/", chats.ChatLead.as_view(), name="api-chat-lead"),
]
