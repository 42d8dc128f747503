"""The API's description: for programs, and as a page for everyone who is logged in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

# Whoever asks for no format in particular gets JSON, as everywhere: an error, too, has that shape
schema = SpectacularAPIView.as_view(
    renderer_classes=[OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2]
)
_page = SpectacularSwaggerSplitView.as_view()
_page_after_login = login_required(_page)


def docs(request: HttpRequest) -> HttpResponse:
    """People are led to the login page; a token is a login as well."""
    return _page(request) if "Authorization" in request.headers else _page_after_login(request)
