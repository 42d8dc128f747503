"""The API's description is true: every answer to generated requests is one that it promises."""

import subprocess
import sys
from pathlib import Path

import pytest
from rest_framework.authtoken.models import Token

from leads.models import Delivery, User
from leads.tests.makers import make_lead
from tests.stack import Stack

pytestmark = pytest.mark.system
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"
# Of random slugs none is a source's; this one's secret goes with every request, so bodies are read
AT_THE_SOURCE = """
[[operations]]
include-path = "/webhooks/leads/{source}/"
parameters = { "path.source" = "site" }
"""


@pytest.mark.parametrize(
    "effort",
    [
        pytest.param(("fuzzing", "1"), id="short"),
        pytest.param(("coverage,fuzzing", "5"), id="whole", marks=pytest.mark.slow),
    ],
)
def test_generated_requests_are_answered_as_described(stack: Stack, tmp_path: Path, effort: tuple[str, str]):
    make_lead()
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(AT_THE_SOURCE)
    token, _ = Token.objects.get_or_create(user=User.objects.get(username="manager"))
    phases, examples = effort
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "schemathesis.cli",
                "--config-file",
                settings,
                "run",
                f"{stack.base_url}/api/schema/?format=json",
            ),
            *("--header", f"Authorization: Token {token.key}", "--header", "X-Api-Key: demo-secret"),
            *("--checks", CHECKS),
            *("--phases", phases, "--max-examples", examples, "--request-timeout", "20"),
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert Delivery.objects.exclude(remote_address=None).exists(), "no generated body was let in"
