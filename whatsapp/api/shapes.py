"""What clients send, and the answers as OpenAPI describes them (`facts` builds the answers themselves)."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers as s

from leads.api.requests import StrictSerializer, TextField
from leads.api.shapes import PersonShape
from whatsapp.models import Conversation, Line, Message


class WriteRequest(StrictSerializer):
    """`body`, or `file` (multipart) with or without `body`, or `template` with `variables`. `client_id`:
    chosen by the client, the same for every try of one message."""

    # About five messages on the phone (`splitting`)
    body = TextField(max_length=8000, required=False, allow_blank=True)
    template = TextField(
        max_length=200, required=False, help_text="Its id, the provider's id of it, or its name."
    )
    variables = s.DictField(child=s.CharField(max_length=1024, allow_blank=True), required=False)
    file = s.FileField(required=False, allow_empty_file=True, max_length=500)
    client_id = s.CharField(max_length=60, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.get(name) for name in ("body", "template")) and "file" not in attrs:
            raise s.ValidationError({"body": [_("Write something first.")]})
        if attrs.get("template") and (attrs.get("body") or "file" in attrs):
            raise s.ValidationError({"template": [_("A template brings its own words.")]})
        if "variables" in attrs and not attrs.get("template"):
            raise s.ValidationError({"variables": [_("Only a template has variables.")]})
        if attrs.get("template"):
            attrs.pop("body", None)
        return attrs


class BeginRequest(StrictSerializer):
    """The first word to a lead who has not written yet. `client_id` as in a message."""

    lead = s.UUIDField()
    template = TextField(max_length=200)
    variables = s.DictField(child=s.CharField(max_length=1024, allow_blank=True), required=False)
    client_id = s.CharField(max_length=60, required=False, allow_null=True)


class ReturnRequest(StrictSerializer):
    """`answer_pending`: the agent answers at once what the client wrote last."""

    answer_pending = s.BooleanField(default=False)


class TemplateShape(s.Serializer):
    id = s.IntegerField()
    sid = s.CharField(help_text="The provider's.")
    name = s.CharField()
    language = s.CharField()
    category = s.CharField()
    body = s.CharField(help_text="With `{{name}}` where a variable goes.")
    buttons = s.ListField(child=s.CharField())
    variables = s.ListField(child=s.CharField(), help_text="Their names; each needs a value.")
    samples = s.DictField(child=s.CharField())


class TemplateList(s.Serializer):
    results = TemplateShape(many=True)


class SendErrorShape(s.Serializer):
    code = s.CharField()
    text = s.CharField(help_text="In plain words.")


class MediaShape(s.Serializer):
    url = s.CharField(allow_null=True, help_text="Null until the file has been fetched.")
    content_type = s.CharField()
    filename = s.CharField(help_text="As its sender named it, where that is known.")
    size = s.IntegerField(allow_null=True)
    error = s.CharField(allow_null=True, help_text="A stable word.")
    error_text = s.CharField(
        help_text="The same in plain words; empty where the file is here or may still come."
    )


class WriterShape(s.Serializer):
    id = s.IntegerField()
    name = s.CharField()


TOLD_STATUSES = [choice for choice in Message.Status.choices if choice[0] != Message.Status.CANCELLED]


class MessageShape(s.Serializer):
    id = s.UUIDField()
    conversation = s.UUIDField()
    seq = s.IntegerField(help_text="Order within the conversation.")
    direction = s.ChoiceField(Message.Direction.choices)
    author = s.ChoiceField(Message.Author.choices)
    user = WriterShape(allow_null=True)
    kind = s.CharField()
    body = s.CharField()
    context = s.DictField(
        help_text="Of a client's message, as far as there is: `reply_to` (the provider's id of the message it "
        "answers), `forwarded` (`once`, `often`), `choice` (id of the tapped button or row), `location`, `contacts`."
    )
    media = MediaShape(many=True)
    status = s.ChoiceField(TOLD_STATUSES, help_text="A message that was dropped has failed.")
    error = SendErrorShape(allow_null=True)
    client_id = s.CharField(allow_null=True)
    retry_of = s.UUIDField(allow_null=True)
    created_at = s.DateTimeField()


class ConversationShape(s.Serializer):
    id = s.UUIDField()
    lead = s.UUIDField(allow_null=True)
    line = s.CharField(help_text="The address of our line.")
    line_name = s.CharField()
    line_kind = s.ChoiceField(Line.Kind.choices)
    client = s.CharField(help_text="The client's address.")
    profile_name = s.CharField()
    status = s.ChoiceField(Conversation.Status.choices)
    stage = s.ChoiceField(Conversation.Stage.choices)
    consultant = PersonShape(allow_null=True)
    handoff_reason = s.CharField()
    transferred_at = s.DateTimeField(allow_null=True)
    window_closes_at = s.DateTimeField(allow_null=True, help_text="Null: only templates may be sent.")
    is_opted_out = s.BooleanField()
    is_unreachable = s.BooleanField(help_text="WhatsApp said that this number is not on WhatsApp.")
    last_message_at = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()


class ChatShape(s.Serializer):
    id = s.CharField()
    line = s.CharField()
    name = s.CharField()
    address = s.CharField()
    lead = s.UUIDField(allow_null=True)
    conversation = s.UUIDField(allow_null=True)
    last_message = s.CharField()
    last_message_direction = s.ChoiceField(Message.Direction.choices)
    last_message_at = s.DateTimeField()
    unread_count = s.IntegerField()


class SaidShape(s.Serializer):
    id = s.CharField()
    direction = s.ChoiceField(Message.Direction.choices)
    author = s.ChoiceField(Message.Author.choices)
    kind = s.CharField()
    body = s.CharField()
    created_at = s.DateTimeField()


class AdoptRequest(StrictSerializer):
    """`name`: where the one that WhatsApp shows is not theirs."""

    name = TextField(max_length=200, required=False, allow_blank=True)


class AdoptedShape(s.Serializer):
    lead = s.UUIDField(allow_null=True)
    conversation = s.UUIDField()


class PageShape(s.Serializer):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)


class MessagePage(PageShape):
    results = MessageShape(many=True)


class ConversationPage(PageShape):
    results = ConversationShape(many=True)


class ChatPage(PageShape):
    results = ChatShape(many=True)


class SaidPage(PageShape):
    results = SaidShape(many=True)
