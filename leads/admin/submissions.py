"""Which of the senders' ids were seen, and the lead that each stands for."""

from django.contrib import admin

from leads.admin.read_only import ReadOnlyAdmin
from leads.models import SeenSubmission


@admin.register(SeenSubmission)
class SeenSubmissionAdmin(ReadOnlyAdmin):
    list_display = ["key", "source", "lead"]
    list_filter = ["source"]
    search_fields = ["key", "lead__name", "lead__phone"]
    list_select_related = ["source", "lead"]
