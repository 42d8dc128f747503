"""The ground's rows: people who sell, people who may buy, how the latter came in and to whom they went."""

from leads.models.assignment import Assignment
from leads.models.availability import Absence, Holiday, WorkingHours
from leads.models.history import LeadEvent, LeadIdentity
from leads.models.intake import Delivery, MappingVersion, SeenSubmission, Source
from leads.models.lead import Lead, LeadSearch, Status
from leads.models.notice import Notice, NoticePreferences
from leads.models.outbound import Endpoint, OutboundMessage
from leads.models.people import Consultant, User
from leads.models.rules import AssignmentRule, CircleLayout, CircleTurn, RuleMember
from leads.models.scoring import ScoringProfile

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentRule",
    "CircleLayout",
    "CircleTurn",
    "Consultant",
    "Delivery",
    "Endpoint",
    "Holiday",
    "Lead",
    "LeadEvent",
    "LeadIdentity",
    "LeadSearch",
    "MappingVersion",
    "Notice",
    "NoticePreferences",
    "OutboundMessage",
    "RuleMember",
    "ScoringProfile",
    "SeenSubmission",
    "Source",
    "Status",
    "User",
    "WorkingHours",
]
