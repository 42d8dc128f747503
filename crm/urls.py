"""Every address of the project; each app owns its own list."""

from django.contrib import admin
from django.urls import path

from crm import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
