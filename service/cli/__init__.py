"""The command line: which commands there are, what they are given, and their exit codes.

Each command imports what it needs when it runs: `gateproof check` starts without the server and the database.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from typer.main import get_command

from service import __version__
from service.cli import audit, checking, database, documents, serving, tokens

USAGE = 2
EPILOG = (
    "The exit code is 0 when a command did what it says and 2 when it was called wrongly, a"
    " setting is wrong or there is no database; the --help of each"
    " names the others. Settings come from the variables in the README: GATEPROOF_DATABASE_URL and so on."
)

app = typer.Typer(
    name="gateproof",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # tracebacks with the values of variables would show tokens and words
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
COMMANDS: dict[str, Callable[..., None]] = {
    "serve": serving.serve,
    "migrate": serving.migrate,
    "doctor": serving.doctor,
    "deliver": serving.deliver,
    "demo": serving.demo,
    "bench": serving.bench,
    "head": audit.head,
    "verify": audit.verify,
    "export": database.export_all,
    "import": database.import_all,
    "backup": database.backup,
    "purge": database.purge,
    "openapi": documents.openapi,
    "process-schema": documents.process_schema,
}
app.command(epilog=checking.EXAMPLES)(checking.check)
for name, command in COMMANDS.items():
    app.command(name)(command)
for name, group in (("keys", database.keys), ("token", tokens.tokens)):
    app.add_typer(group, name=name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gateproof {__version__}")
        raise typer.Exit


@app.callback()
def gateproof(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Gates that stay shut until recent customer conversations justify each decision."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code: 2, and one sentence on stderr, where settings are wrong or the
    database is away."""
    try:
        get_command(app).main(arguments, prog_name="gateproof")
    except SystemExit as error:
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        sentence: str | None = str(error.code)
    except Exception as error:
        sentence = _sentence_of(error)
        if sentence is None:
            raise
    else:
        raise AssertionError("unreachable")
    typer.echo(sentence, err=True)
    return USAGE


def _sentence_of(error: Exception) -> str | None:
    """Returns what is wrong with the database, where a command has one."""
    if "service.startup" not in sys.modules:
        return None
    from service.startup import sentence_of

    return sentence_of(error)
