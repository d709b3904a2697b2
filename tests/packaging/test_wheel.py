"""Installed from its wheel, from an empty folder: it migrates, serves and has everything inside."""

from pathlib import Path

import pytest

from service import __version__
from tests.packaging.running import done, free_port, get, running

TOKEN = "gp_the-token-of-the-tests-of-the-wheel"


@pytest.mark.parametrize(
    "file",
    [
        "migrations/env.py",
        "migrations/script.py.mako",
        "migrations/versions/m0001_the_first_house.py",
        "schemas/process.py",
        "service/api/pages/docs.html",
        "service/api/pages/docs.js",
        "service/examples/portfolio.yaml",
        "service/processes/stage-gate.yaml",
        "service/processes/starter.yaml",
    ],
)
def test_the_wheel_has_everything_inside(inside: set[str], file: str) -> None:
    assert file in inside


def test_the_wheel_has_nothing_but_the_service_and_its_licence(inside: set[str]) -> None:
    tops = {name.split("/")[0] for name in inside}

    assert tops == {"service", "schemas", "migrations", f"gateproof-{__version__}.dist-info"}
    assert not [name for name in inside if name.endswith((".pyc", ".db"))]
    assert f"gateproof-{__version__}.dist-info/licenses/LICENSE" in inside


def test_it_says_its_version(gateproof_command: Path, tmp_path: Path) -> None:
    assert done([gateproof_command, "--version"], tmp_path) == f"gateproof {__version__}\n"


def test_it_migrates_and_serves_from_any_folder(gateproof_command: Path, tmp_path: Path) -> None:
    settings = {"GATEPROOF_ADMIN_TOKEN": TOKEN, "GATEPROOF_PORT": str(free_port())}
    address = f"http://127.0.0.1:{settings['GATEPROOF_PORT']}"
    done([gateproof_command, "migrate"], tmp_path)
    assert (tmp_path / "gateproof.db").exists()

    with running([gateproof_command, "serve"], tmp_path, **settings) as service:
        service.wait_until_ready(address)
        page = get(f"{address}/docs")
        assert page.status_code == 200
        for file in ("files/swagger-ui-bundle.js", "files/swagger-ui.css", "own/docs.js", "own/docs.css"):
            assert f"/docs/{file}" in page.text
            assert get(f"{address}/docs/{file}").status_code == 200
        assert get(f"{address}/openapi.json").json()["info"]["version"] == __version__
        assert get(f"{address}/v1/processes").status_code == 401
        listed = get(f"{address}/v1/processes", TOKEN).json()["items"]
        assert [process["key"] for process in listed] == ["stage-gate", "starter"]


def test_what_is_not_migrated_is_not_served(gateproof_command: Path, tmp_path: Path) -> None:
    with running([gateproof_command, "serve"], tmp_path) as service:
        assert service.process.wait(30) == 1
        assert "gateproof migrate" in service.output
        assert "Traceback" not in service.output


def test_without_a_token_of_ones_own_one_is_made_and_shown_once(
    gateproof_command: Path, tmp_path: Path
) -> None:
    settings = {"GATEPROOF_PORT": str(free_port())}
    address = f"http://127.0.0.1:{settings['GATEPROOF_PORT']}"
    with running([gateproof_command, "serve", "--migrate"], tmp_path, **settings) as service:
        token = service.wait_for(r"shown this once: (\S+)")
        service.wait_until_ready(address)
        assert get(f"{address}/v1/processes", token).status_code == 200

    with running([gateproof_command, "serve"], tmp_path, **settings) as service:
        service.wait_until_ready(address)
        assert get(f"{address}/v1/processes", token).status_code == 200
        assert token not in service.output
