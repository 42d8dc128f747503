"""The chat list of one's own line over HTTP."""

from typing import Any

import redis
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from leads.errors import CrmError, NotFoundError
from whatsapp import chat_index, rebuilding
from whatsapp.api.facts import chat_facts
from whatsapp.api.shapes import ChatPage
from whatsapp.models import Line

PAGE, LONGEST_PAGE = 30, 100


class ChatsUnavailableError(CrmError):
    code = "unavailable"
    status_code = 503
    detail = _("The chat list is being restored. Try again in a moment.")


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
            rebuilding.ensure_built(line)
            chats = chat_index.page(line.pk, before=cursor, limit=size)
        except redis.RedisError as error:
            raise ChatsUnavailableError from error
        here = request.build_absolute_uri()
        more = replace_query_param(here, "cursor", chats[-1].cursor) if len(chats) == size else None
        results = [chat_facts(line, chat) for chat in chats]
        return Response({"next": more, "previous": None, "results": results})


class ChatRead(APIView):
    @extend_schema(operation_id="chats_mark_read", request=None, responses={204: None})
    def post(self, request: Request, chat_id: str) -> Response:
        line = own_line(request)
        try:
            if line is None or chat_index.find(line.pk, chat_id) is None:
                raise NotFoundError
            chat_index.mark_read(line.pk, chat_id)
        except redis.RedisError as error:
            raise ChatsUnavailableError from error
        return Response(status=204)


def own_line(request: Request) -> Line | None:
    """A line of the caller's own; nobody else's, managers included: private chats stay private."""
    lines = Line.objects.filter(consultant=request.user.pk, kind=Line.Kind.CONSULTANT, is_active=True)
    if address := request.query_params.get("line", "").replace("\x00", ""):
        lines = lines.filter(address=address.replace(" ", "+"))
    return lines.order_by("pk").first()


def _page_size(request: Request) -> int:
    given: Any = request.query_params.get("page_size", "")
    return min(max(int(given), 1), LONGEST_PAGE) if given.isascii() and given.isdigit() else PAGE


def _cursor(request: Request) -> str:
    given = request.query_params.get("cursor", "")
    return given if given.isascii() and given.isdigit() and len(given) <= 18 else ""
