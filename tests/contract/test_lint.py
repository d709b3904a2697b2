"""Redocly's linter has nothing to say of openapi.yaml. Which rules do not apply, and why: redocly.yaml."""

import json
from pathlib import Path
from shutil import copy

from tests.npm import installed, ran

ROOT = Path(__file__).parents[2]
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
LINT = [
    "node_modules/.bin/redocly",
    "lint",
    "--config",
    "redocly.yaml",
    "--format",
    "json",
    "--max-problems",
    "99",
]


def linted(contract: Path) -> list[tuple[str, str]]:
    """Each rule that is broken, and where."""
    folder = installed(Path(__file__).parent / "redocly")
    done = ran([*LINT, contract], folder, **QUIET)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    problems = json.loads(done.stdout)["problems"]
    assert (done.returncode == 0) == (not problems)
    return [(each["ruleId"], each["location"][0]["pointer"]) for each in problems]


def test_the_contract_has_no_errors_and_no_warnings() -> None:
    assert linted(ROOT / "openapi.yaml") == []


def test_the_linter_finds_what_is_wrong(tmp_path: Path) -> None:
    """A reference into nothing: what generators stumbled over once."""
    broken = tmp_path / "openapi.yaml"
    copy(ROOT / "openapi.yaml", broken)
    text = broken.read_text()
    broken.write_text(
        text.replace("$ref: '#/components/schemas/Ping'", "$ref: '#/components/schemas/Pong'", 1)
    )
    assert (
        "no-unresolved-refs",
        "#/webhooks/webhook.ping/post/requestBody/content/application~1json/schema",
    ) in linted(broken)
