"""The command line is documented as it is, and every command teaches."""

import subprocess
import sys
from pathlib import Path

import pytest

from service import __version__
from service.cli import main

ROOT = Path(__file__).parents[2]
COMMANDS = [
    *(
        "check",
        "serve",
        "migrate",
        "doctor",
        "deliver",
        "demo",
        "bench",
        "head",
        "verify",
        "export",
        "import",
        "backup",
        "purge",
        "openapi",
    ),
    *("process-schema", "keys new", "keys rotate", "keys rotate-signing"),
    *("token create", "token list", "token rotate", "token revoke"),
]


def test_the_page_says_what_help_says() -> None:
    made = subprocess.run(
        [sys.executable, "scripts/command_line.py"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "COLUMNS": "40"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (ROOT / "docs" / "command-line.md").read_text() == made, "run `make openapi`"
    assert [
        line.removeprefix("## gateproof ") for line in made.splitlines() if line.startswith("## gateproof ")
    ] == [
        *COMMANDS[:15],
        "keys",
        *COMMANDS[15:18],
        "token",
        *COMMANDS[18:],
    ]


def test_options_are_in_small_letters() -> None:
    words = (ROOT / "docs" / "command-line.md").read_text().split()
    assert [word for word in words if word.startswith("--") and word != word.lower()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    output = capsys.readouterr().out
    assert output.startswith(f"Usage: gateproof {command} [OPTIONS]")
    assert main([*command.split(), "--no-such-option"]) == 2
    assert "No such option" in capsys.readouterr().err


def test_version_and_what_is_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"gateproof {__version__}\n"
    for arguments in ([], ["chekc"], ["keys"], ["--no-such-option"]):
        assert main(arguments) == 2
    assert "Did you mean 'check'?" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_completes(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_GATEPROOF_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "gateproof che")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("COMP_WORDS", "gateproof che")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert main([]) == 0
    assert "check" in capsys.readouterr().out
