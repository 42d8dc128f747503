"""Every address of the project; each app owns its own list."""

from django.contrib import admin
from django.urls import include, path

from crm import api_docs, health

urlpatterns = [
    path("", include("leads.urls")),
    path("", include("whatsapp.urls")),
    path("", include("kanban.page_urls")),
    path("", include("agent.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("leads.api.urls")),
    path("api/", include("whatsapp.api.urls")),
    path("api/", include("kanban.api.urls")),
    path("api/", include("agent.api.urls")),
    path("api/schema/", api_docs.schema, name="schema"),
    path("api/docs/", api_docs.docs, name="api-docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler400 = "crm.api.bad_request"
handler403 = "crm.api.permission_denied"
handler404 = "crm.api.not_found"
handler500 = "crm.api.server_error"
