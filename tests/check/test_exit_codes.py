"""0 ready, 1 blocked, 2 called wrongly, 3 no answer: against the real service, over HTTP."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.conftest import Check
from tests.conftest import TOKEN, FixedClock
from tests.gateproof import Gateproof

NOBODY = "http://127.0.0.1:9"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(gateproof: Gateproof, address: str) -> str:
    """Of a service with a concept that is blocked at G1."""
    gateproof.begin(external=[{"system": "jira", "id": "PRD-12"}])
    return address


def test_blocked_then_ready_then_blocked_by_time_alone(
    check: Check, gateproof: Gateproof, clock: FixedClock, url: str
) -> None:
    assert check("tariff-radar", "--url", url).code == 1
    gateproof.ready_at_g1()
    for asked in ("tariff-radar", "jira:PRD-12"):
        assert check(asked, "--url", url).code == 0
        assert check(asked, "--gate", "G1", "--url", url).code == 0
        assert check(asked, "--gate", "G2", "--url", url).code == 1
    assert check("tariff-radar", "--as-of", "2027-06-01", "--url", url).code == 1
    clock.move(days=100)
    assert check("tariff-radar", "--url", url).code == 1
    assert check("tariff-radar", "--as-of", "2026-11-22T09:00:00Z", "--url", url).code == 0


def test_waived_is_ready_and_says_what_is_owed(check: Check, gateproof: Gateproof, url: str) -> None:
    for decision in ("problem", "target_customer"):
        gateproof.state(decision)
        for _ in range(2):
            gateproof.cite(gateproof.talk(), decision)
    missing = gateproof.readiness()["blocking"]
    gateproof.approve(gateproof.request(*missing))
    done = check("tariff-radar", "--url", url)
    assert done.code == 0
    assert done.out.startswith("READY, with waivers: tariff-radar may pass G1")
    assert "Owed: pm-1 owes the evidence for " in done.out


def test_nothing_to_evaluate_is_never_a_pass(check: Check, gateproof: Gateproof, url: str) -> None:
    early = check("tariff-radar", "--as-of", "2020-01-01", "--url", url)
    assert (early.code, early.out) == (
        1,
        "NOT EVALUABLE: tariff-radar: The concept was recorded later than this.\n",
    )
    gateproof.review("G1", "kill")
    assert check("tariff-radar", "--url", url).code == 1
    assert check("--all", "--url", url).code == 3
    gone = check("jira:PRD-12", "--url", url)
    assert (gone.code, "asked for by its key" in gone.err) == (3, True)


def test_of_many_every_one_has_to_be_ready(check: Check, gateproof: Gateproof, url: str) -> None:
    gateproof.ready_at_g1()
    assert check("--portfolio", "energy", "--url", url).code == 0
    gateproof.concept("other")
    for narrowed in ([], ["--verdict", "ready"], ["--verdict", "blocked"], ["--verdict", "waived"]):
        assert check("--portfolio", "energy", *narrowed, "--url", url).code == 1, narrowed
    assert "other" not in check("--all", "--verdict", "ready", "--url", url).out
    assert check("--external", "jira", "--url", url).code == 0
    assert check("--external", "jira", "--gate", "G1", "--process", "stage-gate", "--url", url).code == 0
    assert check("--owner", "admin", "--url", url).code == 0


@pytest.mark.parametrize(
    "filters",
    [("--portfolio", "ghost"), ("--gate", "ghost"), ("--owner", "ghost"), ("--external", "ghost:1")],
    ids=str,
)
def test_a_filter_that_finds_nothing_passes_nothing(check: Check, url: str, filters: tuple[str, ...]) -> None:
    done = check(*filters, "--url", url)
    assert (done.code, done.out, "nothing to pass" in done.err) == (3, "", True)


def test_more_than_a_page_of_concepts_is_all_looked_at(
    check: Check, gateproof: Gateproof, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.check.asking.PAGE", "2")
    gateproof.ready_at_g1()
    for number in range(4):
        gateproof.concept(f"other-{number}")
    done = check("--all", "-f", "json", "--url", url)
    assert done.code == 1
    assert all(f'"other-{number}"' in done.out for number in range(4))
    assert '"blocked": 4' in done.out


def test_what_is_not_there_or_not_seen_is_no_verdict(check: Check, gateproof: Gateproof, url: str) -> None:
    gateproof.post("/portfolios", {"key": "other", "name": "Other"})
    body = {"name": "b", "role": "bot", "portfolios": ["other"], "expires_in_days": 1}
    foreign = gateproof.post("/tokens", body)["token"]
    environment = {
        check("ghost", "--url", url),
        check("tariff-radar", "--url", url, token=foreign),
    }
    assert environment == {
        (3, "", "Could not be answered: There is no such concept, or this token may not see it.\n")
    }
    assert check("jira:PRD-12", "--url", url, token=foreign).code == 3
    for token in ("gp_wrong", TOKEN + "x"):
        done = check("tariff-radar", "--url", url, token=token)
        assert (done.code, "token is not accepted" in done.err) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "name a concept"),
        (("",), "concept is empty"),
        (("tariff-radar", "--gate", ""), "gate is empty"),
        (("--portfolio", ""), "portfolio is empty"),
        (("--verdict", "ready"), "name a concept"),
        (("tariff-radar", "--portfolio", "energy"), "nothing to choose"),
        (("tariff-radar", "--all"), "nothing to choose"),
        (("tariff-radar", "another"), "unexpected extra argument"),
        (("tariff-radar/..",), "a concept's key"),
        (("tariff-radar", "--as-of", "soon"), "say an instant"),
        (("tariff-radar", "--as-of", "2026-12-24T09:00:00"), "name its offset"),
        (("tariff-radar", "--as-of", "0001-01-01T00:00:00+12:00"), "no instant"),
        (("--all", "--as-of", "2026-12-24"), "name it"),
        (("tariff-radar", "--wait", "1m", "--as-of", "2026-12-24"), "use one"),
        (("tariff-radar", "--wait", "a while"), "30m, 14d"),
        (("tariff-radar", "--warn-within", "0d"), "30m, 14d"),
        (("tariff-radar", "--format", "xml"), "Invalid value for '--format'"),
        (("tariff-radar", "--report", "junit"), "FORMAT=FILE"),
        (("tariff-radar", "--token-file", "/no/such/file"), "cannot be read"),
        (
            (
                "tariff-radar",
                "--nonsense",
            ),
            "No such option",
        ),
    ],
    ids=str,
)
def test_a_question_that_is_none_is_usage(check: Check, arguments: tuple[str, ...], word: str) -> None:
    done = check(*arguments, "--url", NOBODY)
    assert (done.code, done.out, word in done.err) == (2, "", True), done


def test_what_the_service_cannot_take_for_a_question_is_usage_too(
    check: Check, url: str, tmp_path: Path
) -> None:
    for option, value, word in (("--gate", "G99", "one of G1"), ("--as-of", "9999-01-01", "1970 and 9000")):
        done = check("tariff-radar", option, value, "--url", url)
        assert (done.code, done.out, word in done.err) == (2, "", True), done
    # No report of an earlier run may stand there as if it were of this one.
    (tmp_path / "report").write_text("<testsuites/>")
    assert (
        check("tariff-radar", "--gate", "G9", "--url", url, "--report", f"junit={tmp_path / 'report'}").code
        == 2
    )
    assert 'errors="1"' in (tmp_path / "report").read_text()


def test_addresses_and_tokens_that_are_none_are_usage(check: Check, tmp_path: Path) -> None:
    for address in (
        "gateproof.example.org",
        "ftp://x",
        "http://",
        "http://me:secret@x",
        "http://x?y",
        "http://[",
    ):
        done = check("tariff-radar", "--url", address)
        assert (done.code, "secret" in done.err) == (2, False), address
    (tmp_path / "two").write_text("gp_one\ngp_two\n")
    (tmp_path / "none").write_text(" \n")
    for name in ("two", "none"):
        done = check("tariff-radar", "--url", NOBODY, "--token-file", str(tmp_path / name))
        assert (done.code, "gp_one" in done.err) == (2, False)
    for token in (None, "", " \n", "gp_ä", "gp_a b"):
        assert check("tariff-radar", "--url", NOBODY, token=token).code == 2


def test_the_token_may_come_from_a_file(check: Check, url: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert check("tariff-radar", "--url", url, "--token-file", str(file), token="gp_wrong").code == 1
    assert check("tariff-radar", "--url", url, token=None, GATEPROOF_TOKEN_FILE=str(file)).code == 1
    assert check("tariff-radar", token=TOKEN, GATEPROOF_URL=f"{url}/").code == 1


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """As a bot runs it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEPROOF_")}
    return subprocess.run(
        ["bash", "-c", f"gateproof() {{ '{sys.executable}' -m service.cli \"$@\"; }}; {script}"],
        cwd=ROOT,
        env={**inherited, "NO_PROXY": "*", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_in_a_shell(gateproof: Gateproof, url: str) -> None:
    environment = {"GATEPROOF_URL": url, "GATEPROOF_TOKEN": TOKEN}
    assert shell("gateproof check tariff-radar", **environment).returncode == 1
    assert shell("gateproof check ghost", **environment).returncode == 3
    assert shell("gateproof check $UNSET", **environment).returncode == 2
    assert shell("set -o pipefail; gateproof check tariff-radar | true", **environment).returncode == 1
    assert shell("gateproof check tariff-radar >&-", **environment).returncode == 1
    assert shell("gateproof check ghost >&- 2>&-", **environment).returncode == 3
    assert shell("gateproof check 2>&-", **environment).returncode == 2
    ascii_only = shell("gateproof check tariff-radar -f markdown", **environment, PYTHONIOENCODING="ascii")
    assert (ascii_only.returncode, "\\u26d4" in ascii_only.stdout) == (1, True)
    gateproof.ready_at_g1()
    assert shell("set -o pipefail; gateproof check tariff-radar | true", **environment).returncode == 0
    assert shell("gateproof check tariff-radar >&- 2>&-", **environment).returncode == 0
    if Path("/dev/full").exists():
        full = shell("gateproof check tariff-radar > /dev/full", **environment)
        assert (full.returncode, "Traceback" in full.stderr) == (3, False)
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    refused = shell(
        "gateproof check tariff-radar", GATEPROOF_TOKEN=TOKEN, GATEPROOF_URL=f"http://127.0.0.1:{port}"
    )
    assert (refused.returncode, refused.stdout) == (3, "")
    assert (
        refused.stderr == f"Could not be answered: 127.0.0.1:{port} cannot be reached: Connection refused.\n"
    )


def test_it_starts_without_the_server_the_database_and_the_models() -> None:
    heavy = {"fastapi", "starlette", "sqlalchemy", "alembic", "uvicorn", "pydantic", "cryptography", "rich"}
    script = (
        "import sys; from service.cli import main; code = main(['check', 'x', '--url', 'http://127.0.0.1:9']);"
        "print(code, *sorted(name for name in sys.modules if '.' not in name))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "GATEPROOF_TOKEN": TOKEN, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    code, *modules = done.stdout.split()
    assert code == "3"
    assert not heavy & set(modules)
