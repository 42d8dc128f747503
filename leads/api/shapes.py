"""The answers of the API as OpenAPI describes them. Never run: `facts` builds the answers themselves."""

from rest_framework import serializers as s

from leads.models import Assignment, Lead, LeadEvent


class PersonShape(s.Serializer):
    id = s.IntegerField()
    username = s.CharField()
    name = s.CharField()


class ActorShape(s.Serializer):
    kind = s.ChoiceField(LeadEvent.Actor.choices)
    id = s.IntegerField(allow_null=True)
    name = s.CharField()


class ClassificationShape(s.Serializer):
    """What `score` and `temperature` rest on. More keys may follow."""

    source = s.ChoiceField(["rules", "llm"])
    reasons = s.ListField(child=s.JSONField())


class CardShape(s.Serializer):
    """A lead as the board shows it."""

    id = s.UUIDField()
    name = s.CharField()
    phone = s.CharField(allow_null=True, help_text="E.164")
    email = s.CharField()
    city = s.CharField()
    product = s.CharField()
    value = s.FloatField(allow_null=True)
    source = s.CharField(allow_null=True)
    source_name = s.CharField()
    status = s.CharField()
    position = s.CharField(help_text="Order within the column: a whole number of 64 bits, as text.")
    consultant = PersonShape(allow_null=True)
    temperature = s.ChoiceField(Lead.Temperature.choices)
    score = s.IntegerField(min_value=0, max_value=100)
    classification = ClassificationShape()
    is_spam = s.BooleanField()
    slots = s.DictField(child=s.JSONField())
    waiting_since = s.DateTimeField(allow_null=True)
    last_message = s.CharField()
    last_message_author = s.CharField()
    last_message_at = s.DateTimeField(allow_null=True)
    unread_count = s.IntegerField()
    version = s.IntegerField(help_text="Grows with every change of the card.")
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()


class LeadShape(CardShape):
    """Everything known of a lead."""

    language = s.CharField()
    message = s.CharField()
    creator = s.CharField(help_text="Who brought the lead: a partner, the owner of a campaign.")
    attribution = s.DictField(child=s.JSONField())
    extra = s.DictField(child=s.JSONField())
    assigned_at = s.DateTimeField(allow_null=True)
    awaits_consultant_since = s.DateTimeField(allow_null=True, help_text="Since when nobody has the lead.")
    reply_due_at = s.DateTimeField(
        allow_null=True, help_text="By then a reminder, after that the next consultant."
    )
    first_response_at = s.DateTimeField(allow_null=True)
    closed_at = s.DateTimeField(allow_null=True)
    archived_at = s.DateTimeField(allow_null=True)
    merged_into = s.UUIDField(allow_null=True)


class CardPage(s.Serializer):
    next = s.URLField(allow_null=True)
    previous = s.URLField(allow_null=True)
    results = CardShape(many=True)


class AssignmentShape(s.Serializer):
    """One row of the ledger."""

    id = s.IntegerField()
    lead = s.UUIDField()
    consultant = PersonShape(allow_null=True)
    previous_consultant = PersonShape(allow_null=True)
    rule = s.CharField(allow_null=True)
    outcome = s.ChoiceField(Assignment.Outcome.choices)
    trigger = s.ChoiceField(Assignment.Trigger.choices)
    reason = s.CharField()
    pointer_before = s.IntegerField(allow_null=True)
    pointer_after = s.IntegerField(allow_null=True)
    passed_over = s.ListField(child=s.JSONField())
    estimated_response_seconds = s.IntegerField(allow_null=True)
    created_at = s.DateTimeField()


class PooledShape(s.Serializer):
    """A lead that waits to be taken, without anything that says who the person is."""

    id = s.UUIDField()
    pool = s.CharField()
    product = s.CharField()
    city = s.CharField()
    language = s.CharField()
    value = s.FloatField(allow_null=True)
    source = s.CharField(allow_null=True)
    source_name = s.CharField()
    temperature = s.ChoiceField(Lead.Temperature.choices)
    score = s.IntegerField(min_value=0, max_value=100)
    since = s.DateTimeField()


class PooledPage(s.Serializer):
    next = s.URLField(allow_null=True)
    previous = s.URLField(allow_null=True)
    results = PooledShape(many=True)


class EventShape(s.Serializer):
    """One line of a lead's timeline."""

    id = s.CharField()
    type = s.ChoiceField(["event", "assignment", "message"])
    kind = s.CharField()
    actor = ActorShape()
    data = s.DictField(child=s.JSONField())
    created_at = s.DateTimeField()


class ErrorShape(s.Serializer):
    """Every refusal. `fields` where single fields are wrong; `lead` is the truth of a 409."""

    code = s.CharField()
    detail = s.CharField()
    fields = s.DictField(child=s.ListField(child=s.CharField()), required=False)
    lead = LeadShape(required=False)
    current = s.JSONField(required=False)


class TokenShape(s.Serializer):
    token = s.CharField()
