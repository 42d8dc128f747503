"""The least a server can do for a webhook: store the body as one row, durably, and say so."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from whatsapp.accounts import environment_account
from whatsapp.signatures import is_signed

TABLES = """
CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, body bytea NOT NULL, at timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS bench_pointer (id int PRIMARY KEY, turn bigint NOT NULL);
INSERT INTO bench_pointer VALUES (1, 0) ON CONFLICT DO NOTHING;
"""


@csrf_exempt
def insert_one_row(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s) RETURNING id", [request.body])
        return JsonResponse({"id": cursor.fetchone()[0]}, status=202)


@csrf_exempt
def insert_one_signed_row(request: HttpRequest) -> HttpResponse:
    """The same for Twilio: the signature checked, the form as one row."""
    if not is_signed(request, environment_account()):
        return HttpResponse(status=403)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [request.POST.urlencode().encode()])
    return HttpResponse("<Response></Response>", content_type="text/xml")


def make_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
