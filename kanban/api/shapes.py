"""The board's answers as OpenAPI describes them."""

from rest_framework import serializers as s

from leads.api.shapes import CardShape, EventShape


class ColumnShape(s.Serializer):
    """`count` and `waiting` stop at 1,000; `count_is_capped` says that there are more."""

    status = s.CharField()
    name = s.CharField()
    kind = s.ChoiceField(["open", "won", "lost"])
    count = s.IntegerField()
    count_is_capped = s.BooleanField()
    waiting = s.IntegerField()
    cards = CardShape(many=True)
    next = s.CharField(allow_null=True, help_text="`after` of the column's next page.")


class BoardShape(s.Serializer):
    seq = s.IntegerField(help_text="`since` of the changes that come after this board.")
    columns = ColumnShape(many=True)


class ColumnPage(s.Serializer):
    status = s.CharField()
    cards = CardShape(many=True)
    next = s.CharField(allow_null=True)


class ChangesShape(s.Serializer):
    """Either `reset` alone: load the board again; or the other three."""

    reset = s.BooleanField(required=False)
    seq = s.IntegerField(required=False)
    leads = CardShape(many=True, required=False)
    removed = s.ListField(child=s.UUIDField(), required=False)


class TimelinePage(s.Serializer):
    next = s.URLField(allow_null=True)
    previous = s.URLField(allow_null=True)
    results = EventShape(many=True)
