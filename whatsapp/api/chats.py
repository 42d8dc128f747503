"""The chats of one's own line over HTTP."""

import re
from typing import Any

import redis
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from leads.api.views import origin_of
from leads.models import Lead
from leads.requests import user_of
from whatsapp import chat_index
from whatsapp.api.facts import chat_facts, said_facts
from whatsapp.api.shapes import AdoptedShape, AdoptRequest, ChatPage, SaidPage
from whatsapp.models import Line
from whatsapp.services import chats
from whatsapp.services.chats import ChatsUnavailableError

PAGE, LONGEST_PAGE = 30, 100
# "1767225600000000.3f2a…" of `chat_index`, and nothing that a script in Redis would choke on
CURSOR = re.compile(r"[0-9]{1,18}\.[0-9a-f]{32}")


class ChatList(APIView):
    @extend_schema(
        operation_id="chats_list",
        parameters=[
            OpenApiParameter("line", str, description="Address; the first of one's own lines unless told."),
            OpenApiParameter("cursor", str, description="From `next`."),
            OpenApiParameter("page_size", int),
        ],
        responses=ChatPage,
    )
    def get(self, request: Request) -> Response:
        """Everybody who writes to the caller's own line, newest first. Read forwards only."""
        line = own_line(request)
        if line is None:
            return Response({"next": None, "previous": None, "results": []})
        size, cursor = _page_size(request), _cursor(request)
        try:
            chats.ensure_lists([line])
            found = chat_index.page(line.pk, before=cursor, limit=size)
        except redis.RedisError as error:
            raise ChatsUnavailableError from error
        here = request.build_absolute_uri()
        more = replace_query_param(here, "cursor", found[-1].cursor) if len(found) == size else None
        results = [chat_facts(line, chat) for chat in found]
        return Response({"next": more, "previous": None, "results": results})


class ChatMessages(APIView):
    @extend_schema(operation_id="chats_messages", responses=SaidPage)
    def get(self, request: Request, chat_id: str) -> Response:
        """What the list still holds of somebody who is no lead, newest first. Of leads: see `conversation`."""
        chat = chats.find_chat(user_of(request), chat_id)
        results = [said_facts(said) for said in reversed(chats.said_in(chat))]
        return Response({"next": None, "previous": None, "results": results})


class ChatRead(APIView):
    @extend_schema(operation_id="chats_mark_read", request=None, responses={204: None})
    def post(self, request: Request, chat_id: str) -> Response:
        chats.mark_chat_read(user_of(request), chat_id)
        return Response(status=204)


class ChatLead(APIView):
    @extend_schema(
        operation_id="chats_make_lead",
        request=AdoptRequest,
        responses={201: AdoptedShape, 200: AdoptedShape},
    )
    def post(self, request: Request, chat_id: str) -> Response:
        """Make the person of this chat a lead of the caller: 201. One who is a lead already: 200.

        Of a lead that the caller may not see, only the conversation is told.
        """
        given = AdoptRequest(data=request.data)
        given.is_valid(raise_exception=True)
        user = user_of(request)
        adopted = chats.make_lead_of_chat(
            user=user, chat_id=chat_id, origin=origin_of(request), **given.validated_data
        )
        is_visible = Lead.objects.visible_to(user).filter(pk=adopted.lead.pk).exists()
        facts = {
            "lead": str(adopted.lead.pk) if is_visible else None,
            "conversation": str(adopted.conversation.pk),
        }
        return Response(facts, status=201 if adopted.is_new else 200)


def own_line(request: Request) -> Line | None:
    """A line of the caller's own; nobody else's, managers included: private chats stay private."""
    # "+" in a query means a space, and "?line=whatsapp:+5511…" is what people write
    address = request.query_params.get("line", "").replace(" ", "+")
    lines = chats.own_lines(user_of(request))
    return next((line for line in lines if address in ("", line.address)), None)


def _page_size(request: Request) -> int:
    given: Any = request.query_params.get("page_size", "")
    return min(max(int(given), 1), LONGEST_PAGE) if given.isascii() and given.isdigit() else PAGE


def _cursor(request: Request) -> str:
    given = request.query_params.get("cursor", "")
    return given if CURSOR.fullmatch(given) else ""
