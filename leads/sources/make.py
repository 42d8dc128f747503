"""Make: whatever keys the author of the scenario gave."""

from leads.sources.generic import Generic


class Make(Generic):
    slug = "make"
    label = "Make"
