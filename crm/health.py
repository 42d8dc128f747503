"""What operators ask: is the process alive, can it serve, how much work is owed."""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from threading import Lock, Thread

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from crm import heartbeat
from crm.metrics import CONTENT_TYPE, render_metrics

CHECK_SECONDS = 1.0


class NotReadyError(Exception):
    """A part answers, but not as it must."""


class Check:
    """One question to one part, asked in a thread so that a part which hangs cannot hang the answer.

    Whoever asks while the question is under way waits for the same answer; a part that hangs for
    hours therefore holds one thread, not one per request.
    """

    def __init__(self, probe: Callable[[], None]) -> None:
        self.probe = probe
        self.lock = Lock()
        self.thread: Thread | None = None
        self.error = ""

    def is_asking(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def begin(self) -> None:
        with self.lock:
            if not self.is_asking():
                self.thread = Thread(target=self._ask, daemon=True)
                self.thread.start()

    def result(self) -> str:
        """`ok`, or what is wrong in a few words."""
        if self.thread is None:
            return "not asked"
        self.thread.join(CHECK_SECONDS)
        return "no answer in time" if self.is_asking() else self.error or "ok"

    def _ask(self) -> None:
        try:
            self.probe()
            self.error = ""
        except NotReadyError as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001 - any failure of a part means the same here: not ready
            self.error = f"unreachable ({type(error).__name__})"
        finally:
            # The thread ends here, and a persistent connection of its own would stay open behind it
            connection.close()


def check_postgres() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations() -> None:
    missing = _migrations_on_disk() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise NotReadyError(f"{len(missing)} not applied")


def check_redis() -> None:
    heartbeat.connection.ping()


def check_worker() -> None:
    age = heartbeat.seconds_since_heartbeat()
    if age is None or age > heartbeat.FRESH_SECONDS:
        raise NotReadyError("not seen" if age is None else f"not seen for {age:.0f} s")


CHECKS = {
    "postgres": Check(check_postgres),
    "migrations": Check(check_migrations),
    "redis": Check(check_redis),
    "worker": Check(check_worker),
}


@never_cache
@csrf_exempt
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process lives and takes requests; asks nobody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@csrf_exempt
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where every part is ready, else 503; either way what each part said."""
    for check in CHECKS.values():
        # All at once, then one after the other heard: four parts that hang cost a second and not four
        check.begin()
    results = {name: check.result() for name, check in CHECKS.items()}
    is_ready = all(result == "ok" for result in results.values())
    body = {"status": "ok" if is_ready else "not ready", "checks": results}
    return JsonResponse(body, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


@never_cache
@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Open on a local machine; elsewhere for the bearer of METRICS_TOKEN alone."""
    # Counts tell a competitor how business goes
    if not settings.LOCAL and not _bears_metrics_token(request):
        return HttpResponseForbidden(
            "Set METRICS_TOKEN and send it as a bearer token.", content_type="text/plain"
        )
    return HttpResponse(render_metrics(), content_type=CONTENT_TYPE)


def _bears_metrics_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
