"""gateproof serve, migrate, doctor, deliver, demo and bench."""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    migrate: Annotated[bool, typer.Option("--migrate", help="Migrate the database first.")] = False,
    forwarded_allow_ips: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESSES",
            help="The proxies whose X-Forwarded-For and -Proto are believed, with commas"
            " (default: FORWARDED_ALLOW_IPS, or 127.0.0.1,::1).",
        ),
    ] = None,
) -> None:
    """Serve the API, on GATEPROOF_HOST and GATEPROOF_PORT.

    It waits GATEPROOF_WAIT seconds for the database. Exit code 1: the database is not migrated, or newer.
    2: a setting is wrong, or there is no database.
    """
    from service.commands import serving

    raise typer.Exit(serving.serve(forwarded_allow_ips, migrating=migrate))


def migrate(
    to: Annotated[
        str, typer.Option(metavar="REVISION", help="To this one, up or down, as in 0017; base: to nothing.")
    ] = "head",
    lose_data: Annotated[
        bool, typer.Option("--lose-data", help="Go down though it takes away what is in the database.")
    ] = False,
) -> None:
    """Bring the database to the newest shape.

    It says which older releases may go on serving beside it. The way down says what it would take away, and
    takes it only if told to.

    Exit code 3: it was not done, and the database is as it was.
    """
    from service.commands import migrating

    raise typer.Exit(migrating.migrate(to, may_lose=lose_data))


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
) -> None:
    """Look at the key, the database, its migrations, the clocks, the log and the disk: a line for each.

    Exit code 1: something is wrong.
    """
    from service.commands import doctor as commands

    raise typer.Exit(commands.examine(as_json=as_json))


def deliver() -> None:
    """Deliver webhooks, until it is stopped.

    Any number of workers on PostgreSQL; on SQLite one at a time sends, the others wait.
    """
    from service.commands import deliver as commands

    raise typer.Exit(commands.deliver())


def demo(
    # Named: a name that is its placeholder in small letters becomes `--FOLDER`.
    folder: Annotated[
        Path, typer.Option("--folder", metavar="FOLDER", help="Where it keeps its state.")
    ] = Path(".gateproof"),
) -> None:
    """Serve an example portfolio on SQLite, and say where to click."""
    from service.demo import run_demo

    raise typer.Exit(run_demo(folder))


def bench(
    seconds: Annotated[float, typer.Option(min=0.1, help="How long each figure is measured.")] = 8.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure what this machine carries, on a database of its own, in about a minute.

    Exit code 1: it could not be measured.
    """
    from service.commands import bench as commands

    raise typer.Exit(commands.run_bench(seconds, as_json=as_json))
