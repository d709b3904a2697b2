"""gateproof purge and keys."""

from typing import Annotated

import typer

keys = typer.Typer(
    help="The keys that everything is sealed with.", no_args_is_help=True, rich_markup_mode=None
)


def add(app: typer.Typer) -> None:
    """Make them known to the command line."""
    app.command()(purge)


def purge(
    portfolio: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only this one; else all that have a retention.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
) -> None:
    """Erase conversations that are past their retention.

    Exit code 1: there is no such portfolio.
    """
    from service.commands import privacy

    raise typer.Exit(privacy.purge_conversations(portfolio, dry_run=dry_run))


@keys.command()
def new() -> None:
    """Print a new key, for GATEPROOF_KEY or the file that GATEPROOF_KEY_FILE names."""
    from service.commands import keys as commands

    raise typer.Exit(commands.print_new())


@keys.command()
def rotate() -> None:
    """Hand over to the first of the keys that are given.

    Exit code 1: something is sealed with a key that was not given; what was done stays done.
    """
    from service.commands import keys as commands

    raise typer.Exit(commands.rotate())


@keys.command("rotate-signing")
def rotate_signing() -> None:
    """Retire the key that signs heads and attestations, and make another.

    Exit code 3: it could not be done.
    """
    from service.commands import audit

    raise typer.Exit(audit.rotate_signing())
