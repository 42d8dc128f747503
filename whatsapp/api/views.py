"""Conversations over HTTP. Each view parses, calls one service and renders."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from leads.api.paging import NewestFirst
from leads.api.views import PAGING, origin_of
from leads.errors import NotFoundError
from leads.requests import user_of
from whatsapp import services
from whatsapp.api.facts import conversation_facts, message_facts, template_facts
from whatsapp.api.shapes import (
    BeginRequest,
    ConversationPage,
    ConversationShape,
    MessagePage,
    MessageShape,
    ReturnRequest,
    TemplateList,
    WriteRequest,
)
from whatsapp.models import Conversation, Message

CONVERSATION_FILTERS = [
    OpenApiParameter("lead", UUID, description="Only this lead's."),
    OpenApiParameter("status", str, enum=Conversation.Status.values),
]


class LatestFirst(CursorPagination):
    """`{next, previous, results}` in our own order of messages, which no clock can upset."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-seq",)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Refuse a cursor that we did not write, before PostgreSQL does."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_seq(cursor.position):
            raise ParseError(_("This cursor is not one of ours."))
        return cursor


class ConversationList(APIView):
    @extend_schema(
        operation_id="conversations_list",
        parameters=[*CONVERSATION_FILTERS, *PAGING],
        responses=ConversationPage,
    )
    def get(self, request: Request) -> Response:
        """The conversations that the caller may see, newest first."""
        conversations = Conversation.objects.visible_to(user_of(request)).filter(**_wanted(request))
        pages = NewestFirst()
        loaded = conversations.select_related("line", "consultant__user")
        rows = pages.paginate_queryset(loaded, request, view=self)
        return pages.get_paginated_response([conversation_facts(row) for row in rows or []])

    @extend_schema(operation_id="conversations_begin", request=BeginRequest, responses={201: MessageShape})
    def post(self, request: Request) -> Response:
        """Write first to a lead, by a template: from the caller's own line, else from the agent's."""
        given = checked(BeginRequest, request)
        sent = services.begin_conversation(
            lead_id=given.pop("lead"),
            user=user_of(request),
            origin=origin_of(request),
            **{"variables": {}} | given,
        )
        return Response(message_facts(sent.messages[0]), status=201 if sent.is_new else 200)


class ConversationView(APIView):
    """A view of one conversation: what the caller may not see is 404 before anything else is looked at."""

    conversation: Conversation

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        visible = Conversation.objects.visible_to(user_of(request)).select_related("line", "consultant__user")
        found = visible.filter(pk=kwargs["conversation_id"]).first()
        if found is None:
            raise NotFoundError(_("There is no such conversation, or it is not yours."))
        self.conversation = found

    def body(self, shape: type[Serializer]) -> dict[str, Any]:
        return checked(shape, self.request)

    def doer(self) -> dict[str, Any]:
        """Who does it to which conversation, as every service takes it."""
        return {
            "conversation_id": self.conversation.pk,
            "user": self.request.user,
            "origin": origin_of(self.request),
        }

    def now_is(self) -> Response:
        """The conversation as it stands after the service."""
        loaded = Conversation.objects.select_related("line", "consultant__user")
        return Response(conversation_facts(loaded.get(pk=self.conversation.pk)))


class ConversationDetail(ConversationView):
    @extend_schema(operation_id="conversations_read", responses=ConversationShape)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return Response(conversation_facts(self.conversation))


class MessageList(ConversationView):
    @extend_schema(operation_id="messages_list", parameters=PAGING, responses=MessagePage)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Newest first."""
        pages = LatestFirst()
        messages = self.conversation.messages.select_related("user")
        rows = pages.paginate_queryset(messages, request, view=self)
        return pages.get_paginated_response([message_facts(row) for row in rows or []])

    @extend_schema(operation_id="messages_send", request=WriteRequest, responses={201: MessageShape})
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Write to the client. The same `client_id` again answers 200 with the first message; with another
        message it is refused: 422 `client_id_reused`."""
        given = self.body(WriteRequest)
        if given.get("template"):
            sent = services.send_template_as_consultant(**self.doer(), **{"variables": {}} | given)
        elif "file" in given:
            sent = services.send_file_as_consultant(**self.doer(), **given)
        else:
            sent = services.send_as_consultant(**self.doer(), **given)
        return Response(message_facts(sent.messages[0]), status=201 if sent.is_new else 200)


class ConversationTemplates(ConversationView):
    @extend_schema(operation_id="conversations_templates", responses=TemplateList)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """The approved templates that may be sent in this conversation, also where its window is closed."""
        spoken = self.conversation.clients_language
        templates = services.offer_templates(self.conversation.line, spoken)
        return Response({"results": [template_facts(template) for template in templates]})


class TakeOver(ConversationView):
    @extend_schema(operation_id="conversations_take_over", request=None, responses=ConversationShape)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """The caller answers from now on; the agent stops at once."""
        services.take_over(**self.doer())
        return self.now_is()


class ReturnToAgent(ConversationView):
    @extend_schema(
        operation_id="conversations_return_to_agent", request=ReturnRequest, responses=ConversationShape
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        services.return_to_agent(**self.doer(), **self.body(ReturnRequest))
        return self.now_is()


class Close(ConversationView):
    @extend_schema(operation_id="conversations_close", request=None, responses=ConversationShape)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Nothing more is owed here. The client's next message opens it again."""
        services.close(**self.doer())
        return self.now_is()


class OpenAgain(ConversationView):
    @extend_schema(operation_id="conversations_open_again", request=None, responses=ConversationShape)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Takes a closing back: whoever answered before answers again."""
        services.open_again(**self.doer())
        return self.now_is()


class MarkRead(ConversationView):
    @extend_schema(operation_id="conversations_mark_read", request=None, responses=ConversationShape)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """The caller has seen the last messages."""
        services.mark_read(**self.doer())
        return self.now_is()


class MessageRetry(APIView):
    @extend_schema(operation_id="messages_retry", request=None, responses={201: MessageShape})
    def post(self, request: Request, message_id: UUID) -> Response:
        """Send a failed or unconfirmed message again, as a new one; the old one stays."""
        again = services.retry_message(message_id=message_id, user=user_of(request))
        return Response(message_facts(Message.objects.select_related("user").get(pk=again.pk)), status=201)


def checked(shape: type[Serializer], request: Request) -> dict[str, Any]:
    """The request's body in the shape that it must have."""
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data


def _wanted(request: Request) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if status := request.query_params.get("status", ""):
        # "%00" is a legal query and no legal text for PostgreSQL
        wanted["status"] = status.replace("\x00", "")
    if lead := request.query_params.get("lead", ""):
        try:
            wanted["lead"] = UUID(lead)
        except ValueError:
            raise ParseError(_("`lead` must be the id of a lead.")) from None
    return wanted


def _is_seq(text: Any) -> bool:
    # Nine digits always fit a PostgreSQL integer, ten may not; isdigit alone takes "²"
    return str(text).isascii() and str(text).isdigit() and len(str(text)) <= 9
