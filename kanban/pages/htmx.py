"""What django-htmx adds to a request."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """Its `htmx` is true where htmx asks for a part of the page."""

    htmx: HtmxDetails
