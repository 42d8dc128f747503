"""Zapier: whatever keys the author of the zap gave."""

from leads.sources.generic import Generic


class Zapier(Generic):
    slug = "zapier"
    label = "Zapier"
