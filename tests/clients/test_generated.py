"""Clients that generators make of openapi.yaml take a concept past its gate, and understand the refusal."""

import json
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from tests.contract.operations import operations
from tests.e2e.serving import ROOT, Served, demo
from tests.gateproof import Body
from tests.npm import installed, ran
from tests.packaging.running import done

HERE = Path(__file__).parent
CONTRACT = ROOT / "openapi.yaml"
TYPES = [CONTRACT, "--default-non-nullable", "false", "-o", "api.ts"]
BLOCKING = [
    "g1-problem-conversations",
    "g1-problem-customers",
    "g1-target-customer-conversations",
    "g1-target-customer-customers",
]
PASSED = {
    "first": [200, "blocked"],
    "again": 304,
    "refused": [409, "/problems/gate-not-ready"],
    "blocking": BLOCKING,
    "missing": [2, 2, 2, 2],
    "then": ["ready", []],
    "review": [201, "ready"],
    "next_gate": "G2",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with demo(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder with the package gateproof_client in it, and what the generator said."""
    folder = tmp_path_factory.mktemp("python")
    command = [Path(sysconfig.get_path("scripts")) / "openapi-python-client", "generate", "--path", CONTRACT]
    options = ["--config", ROOT / "docs" / "openapi-python-client.yaml", "--meta", "none"]
    generated = ran([*command, *options, "--output-path", folder / "gateproof_client"], folder)
    assert generated.returncode == 0, generated.stderr
    return folder, generated.stdout + generated.stderr


@pytest.fixture(scope="module")
def typescript_client() -> Path:
    """A folder with the types in api.ts, and all packages."""
    folder = installed(HERE / "typescript")
    generated = ran([folder / "node_modules/.bin/openapi-typescript", *TYPES], folder)
    assert generated.returncode == 0, generated.stderr
    return folder


def test_the_python_client_is_whole(python_client: tuple[Path, str]) -> None:
    """All that the generator leaves out are bodies in YAML, which may be JSON as well."""
    _, output = python_client
    in_yaml = [
        f"WARNING parsing {operation.method} {operation.path} within {operation.says['tags'][0].lower()}."
        for operation in operations()
        if "application/yaml" in operation.says.get("requestBody", {"content": {}})["content"]
    ]
    assert sorted(line for line in output.splitlines() if line.startswith("WARNING")) == sorted(in_yaml)
    assert (
        output.count("Unsupported content type application/yaml")
        == output.count("Unsupported")
        == len(in_yaml)
    )


def test_python(python_client: tuple[Path, str], service: Served) -> None:
    folder, _ = python_client
    scenario = copy(HERE / "python" / "scenario.py", folder)
    output = done([sys.executable, scenario, service.address, service.token], folder, PYTHONPATH=str(folder))
    assert json.loads(output) == PASSED


def test_python_by_its_types(python_client: tuple[Path, str]) -> None:
    folder, _ = python_client
    copy(HERE / "python" / "scenario.py", folder)
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "--follow-imports=silent"]
    checked = ran([*command, "scenario.py"], folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_typescript(typescript_client: Path, service: Served) -> None:
    """Its types are checked strictly, then it runs."""
    compiled = ran([typescript_client / "node_modules/.bin/tsc", "-p", "."], typescript_client)
    assert compiled.returncode == 0, compiled.stdout
    node = ["node", "built/scenario.js", service.address, service.token]
    ended = ran(node, typescript_client)
    assert ended.returncode == 0, ended.stderr
    result: Body = json.loads(ended.stdout)
    assert result == PASSED
