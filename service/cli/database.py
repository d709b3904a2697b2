"""gateproof export, import, backup, purge and keys."""

from pathlib import Path
from typing import Annotated

import typer

keys = typer.Typer(
    help="The keys that everything is sealed with.", no_args_is_help=True, rich_markup_mode=None
)


def export_all(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; - is standard output.")],
    sealed: Annotated[
        bool,
        typer.Option(
            "--sealed", help="Leave words and secrets sealed: it can be imported only with the same key."
        ),
    ] = False,
) -> None:
    """Write everything as lines of JSON: every row of every table, of one instant.

    It holds what customers said, hashes of tokens and the signing keys, unsealed: only its owner may read the
    file (mode 600), and it belongs where the database itself may be. The same database gives the same lines.

    Exit code 3: it could not be done; there is no file then.
    """
    from service.commands import dump

    raise typer.Exit(dump.export_all(file, sealed=sealed))


def import_all(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What an export wrote; - is standard input.")],
) -> None:
    """Read an export into an empty database, and verify it.

    The database is to be migrated, and of either kind, wherever the export came from.
    Words are sealed with this database's own key. Tokens, links, verdicts and replays are what they were.

    Exit code 1: it is imported, and what was exported is not as it was recorded. 3: nothing was imported.
    """
    from service.commands import dump

    raise typer.Exit(dump.import_all(file))


def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")]) -> None:
    """Copy a SQLite database while the service runs, and verify the copy.

    The copy is of one instant, and needs the same key: keep that apart. On PostgreSQL, use pg_dump.

    Exit code 1: the copy is not sound, and was removed. 3: it could not be done.
    """
    from service.commands import backup as commands

    raise typer.Exit(commands.back_up(file))


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
    from service.store.sql.keyring import new_key

    typer.echo(new_key())


@keys.command()
def rotate() -> None:
    """Hand over to the first of the keys that are given.

    Exit code 1: something is sealed with a key that was not given; what was done stays done.
    """
    from service.commands.opening import migrated_database
    from service.store.key_rotation import rewrap
    from service.store.sql.keyring import Damaged, WrongKey

    with migrated_database(whole=True) as db:
        try:
            done = rewrap(db)
        except (WrongKey, Damaged) as error:
            typer.echo(f"Stopped: {error}. What was done stays done.")
            raise typer.Exit(1) from None
    typer.echo(f"Wrapped anew: {', '.join(f'{count} {table}' for table, count in done.items())}.")


@keys.command("rotate-signing")
def rotate_signing() -> None:
    """Retire the key that signs heads and attestations, and make another.

    Exit code 3: it could not be done.
    """
    from service.commands import audit

    raise typer.Exit(audit.rotate_signing())
