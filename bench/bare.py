"""The least a server can do for a webhook: store the body as one row, durably, and say so."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

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


def make_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
