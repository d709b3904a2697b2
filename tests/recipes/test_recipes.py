"""What stands in integrations/ and docs/bots.md works as it stands, in a shell, against a live service."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from ruamel.yaml import YAML

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.check.junit_schema import breaches
from tests.check.serving import served
from tests.conftest import TOKEN, FixedClock
from tests.gateproof import Gateproof

ROOT = Path(__file__).parents[2]
GITHUB, GITLAB = ROOT / "integrations" / "github", ROOT / "integrations" / "gitlab"
BOTS = (ROOT / "docs" / "bots.md").read_text()
pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq") and shutil.which("bash")),
    reason="needs bash, curl and jq",
)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def database_url(sqlite_template: Callable[[str], Path], tmp_path: Path) -> str:
    """One kind is enough: what is tried here is the shell's part."""
    copyfile(sqlite_template("prepared"), tmp_path / "recipes.db")
    return f"sqlite:///{tmp_path / 'recipes.db'}"


@pytest.fixture
def run(gateproof: Gateproof, db: Database, clock: FixedClock, tmp_path: Path) -> Iterator[Run]:
    """A script as a CI system runs it: in an empty folder, with `gateproof` on its path."""
    command = tmp_path / "bin" / "gateproof"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m service.cli "$@"\n')
    command.chmod(0o755)
    folder = tmp_path / "work"
    folder.mkdir()
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GATEPROOF_", "GITHUB_"))
    }
    with served(create_app(db, clock)) as address:

        def ran(*script: str, **environment: str) -> subprocess.CompletedProcess[str]:
            variables = {"GATEPROOF_URL": address, "GATEPROOF_TOKEN": TOKEN, "NO_PROXY": "*", **environment}
            path = f"{command.parent}:{inherited['PATH']}"
            return subprocess.run(
                ["bash", *script],
                cwd=folder,
                env={**inherited, **variables, "PATH": path},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

        yield ran


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def test_the_github_action_runs_its_script_with_the_variables_that_the_script_reads() -> None:
    action, script = yaml(GITHUB / "action.yml"), (GITHUB / "check.sh").read_text()
    install, check = action["runs"]["steps"]
    assert check["run"] == 'bash "$GITHUB_ACTION_PATH/check.sh"'
    own = {name for name in check["env"] if not name.startswith("GATEPROOF_")}
    read = set(re.findall(r"\$\{(\w+):-\}", script))
    assert own == {name for name in read if not name.startswith("GITHUB_")}
    given = set(re.findall(r"inputs\.([\w-]+)", " ".join([*check["env"].values(), *install["env"].values()])))
    assert given == set(action["inputs"])
    assert "inputs." not in install["run"] + check["run"]


def test_the_github_action_s_shell_part(run: Run, gateproof: Gateproof, tmp_path: Path) -> None:
    gateproof.begin()
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "JUNIT")}
    environment = {name: str(path) for name, path in files.items()}

    def check(**inputs: str) -> tuple[int, str, str]:
        (tmp_path / "GITHUB_OUTPUT").write_text("")
        (tmp_path / "GITHUB_STEP_SUMMARY").write_text("")
        done = run(str(GITHUB / "check.sh"), **environment, WARN_WITHIN="14d", **inputs)
        return done.returncode, done.stdout, files["GITHUB_OUTPUT"].read_text()

    code, out, outcome = check(CONCEPT="tariff-radar", GATE="", PORTFOLIO="", WAIT="")
    assert (code, outcome) == (1, "outcome=blocked\n")
    assert out.startswith("::error title=tariff-radar at G1%3A problem::")
    assert files["GITHUB_STEP_SUMMARY"].read_text().startswith("### ⛔ Blocked")
    assert breaches(files["JUNIT"].read_text()) == []
    assert check(CONCEPT="", PORTFOLIO="energy")[0] == 1
    assert check(CONCEPT="")[::2] == (2, "outcome=misused\n")
    assert check(CONCEPT="ghost")[::2] == (3, "outcome=unanswered\n")
    assert check(CONCEPT="$(touch owned); tariff-radar")[0] == 2
    assert not (tmp_path / "work" / "owned").exists()
    gateproof.ready_at_g1()
    assert check(CONCEPT="tariff-radar", GATE="G1")[::2] == (0, "outcome=ready\n")


def test_the_gitlab_template(run: Run, gateproof: Gateproof, tmp_path: Path) -> None:
    gateproof.begin()
    job = yaml(GITLAB / "gateproof.gitlab-ci.yml")[".gateproof-check"]
    variables = {name: value for name, value in job["variables"].items() if isinstance(value, str)}
    script = "\n".join(job["script"])
    for asked, code in (({"CONCEPT": "tariff-radar"}, 1), ({}, 2), ({"CONCEPT": "ghost"}, 3)):
        assert run("-ec", script, **{**variables, **asked}).returncode == code
    for path in (*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]):
        assert (tmp_path / "work" / path).exists()
    gateproof.ready_at_g1()
    done = run("-ec", script, **{**variables, "CONCEPT": "tariff-radar", "GATE": "G1"})
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "READY")
    assert run("-ec", script, **{**variables, "CONCEPT": "tariff-radar", "GATE": "G2"}).returncode == 1


def lines_of(words: str) -> str:
    """The one line of docs/bots.md with these words in it, and what it goes on with."""
    (example,) = [block for block in re.findall(r"```sh\n(.*?)```", BOTS, re.DOTALL) if words in block]
    return str(example)


def test_the_lines_for_curl(run: Run, gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.begin()
    assert run("-c", lines_of("gateproof check")).returncode == 1
    assert run("-c", lines_of("require=ready")).returncode == 22
    assert run("-c", lines_of(".blocking[]")).stdout.startswith("blocked\ng1-problem-heard\n")
    polled = [run("-c", lines_of("--etag-save")).stdout for _ in range(2)]
    assert polled == ["200\n", "304\n"]
    gateproof.ready_at_g1()
    assert [run("-c", lines_of("--etag-save")).stdout for _ in range(2)] == ["200\n", "304\n"]
    assert run("-c", lines_of("require=ready")).returncode == 0
    assert run("-c", lines_of("expiring_within")).stdout == ""
    clock.move(days=75)
    assert run("-c", lines_of("expiring_within")).stdout == "2027-02-10T09:00:00Z tariff-radar G1\n"
    assert len(re.findall(r"```sh\n", BOTS)) == 5


def test_advancing(run: Run, gateproof: Gateproof) -> None:
    gateproof.begin()
    script = str(ROOT / "integrations" / "advance.sh")
    refused = run(script, "tariff-radar", "G1", 'It\'s "time"')
    assert refused.returncode == 1
    assert "  problem: 0 of 3 conversations. Needed: 3 more conversations, held after" in refused.stdout
    assert run(script, "ghost", "G1", "x").returncode == 3
    assert run(script, "tariff-radar", "G1", "").returncode == 2
    assert run(script, "tariff-radar", "G1", "x", GATEPROOF_URL="http://127.0.0.1:9").returncode == 3
    assert run(script, "tariff-radar", "G1", "x", GATEPROOF_TOKEN="gp_wrong").returncode == 3
    gateproof.ready_at_g1()
    passed = run(script, "tariff-radar", "G1", 'It\'s "time"')
    assert (passed.returncode, passed.stdout) == (0, "tariff-radar passed G1.\n")
    assert gateproof.get("/concepts/tariff-radar")["next_gate"] == "G2"
    (review,) = [r for r in gateproof.get("/concepts/tariff-radar/reviews")["items"] if r["accepted"]]
    assert review["rationale"] == 'It\'s "time"'
    assert TOKEN not in passed.stdout + passed.stderr


def test_the_table_of_exit_codes_is_that_of_the_help(run: Run) -> None:
    output = run("-c", "gateproof check --help").stdout
    for code in range(4):
        assert re.search(rf"^ +{code}  ", output, re.MULTILINE)
        assert re.search(rf"^\| {code} \|", BOTS, re.MULTILINE)
