"""The project's addresses and the baseline's."""

from django.urls import include, path

from bench.bare import insert_one_row, insert_one_signed_row

urlpatterns = [
    path("bench/bare/", insert_one_row),
    path("bench/signed/", insert_one_signed_row),
    path("", include("crm.urls")),
]
