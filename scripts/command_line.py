"""Prints docs/command-line.md: what the --help of every command says."""

import sys
from typing import Any

from typer.main import get_command

from service.cli import app

WIDTH = 100
OPTIONS = {"help_option_names": ["-h", "--help"]}
HEAD = """# The command line

Made by `make openapi` from what `--help` says; a test compares. For pipelines: [bots.md](bots.md).
Completion: `gateproof --install-completion`.
"""


def document() -> str:
    """The whole page."""
    return HEAD + "".join(_section(name, command) for name, command in _every("gateproof", get_command(app)))


def _every(name: str, command: Any) -> list[tuple[str, Any]]:
    commands = [(name, command)]
    for own, below in getattr(command, "commands", {}).items():
        commands += _every(f"{name} {own}", below)
    return commands


def _section(name: str, command: Any) -> str:
    # Whatever terminal this runs in, the page has one width.
    context = command.context_class(
        command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH, **OPTIONS
    )
    help_text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"\n## {name}\n\n```\n{help_text}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(document())
