"""What `make run` starts: an example to click, a token that lasts, and a free port."""

import re
import shutil
import socket
import stat
from pathlib import Path

import pytest

from tests.packaging.running import Running, done, free_port, get, running


def address_of(service: Running) -> str:
    return service.wait_for(r"Click +(http://\S+)/docs")


def lines_to_try(text: str) -> tuple[str, list[str]]:
    """What to type first, and the curl lines; a backslash goes on in the next line."""
    joined = text.replace("\\\n", " ")
    first = re.findall(r"^ +(export .*)", joined, re.MULTILINE)
    return "\n".join(first), re.findall(r"^ +(curl .*)", joined, re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_lines_that_it_prints_work_as_they_stand(gateproof_command: Path, tmp_path: Path) -> None:
    with running([gateproof_command, "demo"], tmp_path, GATEPROOF_PORT=str(free_port())) as service:
        address_of(service)
        first, curls = lines_to_try(service.output)
        assert len(curls) == 3

        verdict, pipeline, attempt = (
            done(["sh", "-c", f"{first}\n{curl}"], tmp_path, NO_PROXY="*") for curl in curls
        )

        assert '"verdict": "blocked"' in verdict
        assert pipeline.endswith("blocked\n")
        assert "/problems/gate-not-ready" in attempt


def test_it_holds_an_example_to_click(gateproof_command: Path, tmp_path: Path) -> None:
    with running([gateproof_command, "demo"], tmp_path, GATEPROOF_PORT=str(free_port())) as service:
        address, token = address_of(service), service.wait_for(r"Token +(\S+)")

        verdict = get(f"{address}/v1/concepts/berth-swap/readiness", token).json()
        conversations = get(f"{address}/v1/conversations?limit=200", token).json()["items"]

        assert verdict["verdict"] == "blocked"
        assert len(conversations) >= 25
        assert get(f"{address}/docs").status_code == 200


def test_the_second_start_works_as_the_first(gateproof_command: Path, tmp_path: Path) -> None:
    tokens = []
    for _ in range(2):
        with running([gateproof_command, "demo"], tmp_path, GATEPROOF_PORT=str(free_port())) as service:
            address = address_of(service)
            tokens.append(service.wait_for(r"Token +(\S+)"))
            service.wait_until_ready(address)
            assert get(f"{address}/v1/concepts/will-it-sail/readiness", tokens[0]).json()["ready"]

    assert tokens[0] == tokens[1]
    file = tmp_path / ".gateproof" / "token"
    assert file.read_text().strip() == tokens[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_takes_the_next_port_when_the_first_is_taken(gateproof_command: Path, tmp_path: Path) -> None:
    port = free_port()
    with (
        socket.create_server(("127.0.0.1", port)),
        running([gateproof_command, "demo"], tmp_path, GATEPROOF_PORT=str(port)) as service,
    ):
        address = address_of(service)
        service.wait_until_ready(address)
        assert address == f"http://127.0.0.1:{port + 1}"
        assert f"{port} was taken" in service.output
