"""gateproof token: create, list, rotate and revoke."""

from typing import Annotated, Literal

import typer

tokens = typer.Typer(
    help="Access tokens, by whoever has the database: no token is needed, as when the last one was lost.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Role = Literal["admin", "product_manager", "researcher", "gatekeeper", "auditor", "bot"]
Id = Annotated[str, typer.Argument(metavar="ID", help="The token's id, as list shows it.")]


@tokens.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    role: Annotated[Role, typer.Option(help="What it may.")],
    person: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Whoever it speaks for; left out: admin."),
    ] = None,
    portfolio: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="What it sees; may be repeated. Left out: all.")
    ] = None,
    expires_in_days: Annotated[int, typer.Option(metavar="DAYS", help="When it ends.")] = 90,
    long_lived: Annotated[bool, typer.Option("--long-lived", help="For more than 90 days.")] = False,
) -> None:
    """Make a token. It is printed this once, alone on standard output; only a keyed hash is kept.

    Exit code 1: refused. 3: it could not be done.
    """
    from service.commands import tokens as commands

    fields = {"name": name, "role": role, "person": person, "portfolios": portfolio or None}
    raise typer.Exit(
        commands.create({**fields, "expires_in_days": expires_in_days, "long_lived": long_lived})
    )


@tokens.command("list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="As lines of JSON.")] = False) -> None:
    """List every token that was ever made.

    Exit code 3: it could not be done.
    """
    from service.commands import tokens as commands

    raise typer.Exit(commands.list_all(as_json=as_json))


@tokens.command()
def rotate(
    token: Id,
    overlap_minutes: Annotated[
        int, typer.Option(metavar="MINUTES", help="How long the old one stands beside it.")
    ] = 60,
) -> None:
    """Make a token that takes over from another.

    It may the same, for as long again; the old one ends after the overlap.

    Exit code 1: refused. 3: it could not be done.
    """
    from service.commands import tokens as commands

    raise typer.Exit(commands.rotate(token, overlap_minutes))


@tokens.command()
def revoke(
    token: Id,
    reason: Annotated[str | None, typer.Option(metavar="WORDS", help="Why, for whoever asks later.")] = None,
) -> None:
    """End a token at once, in every process.

    Exit code 1: refused. 3: it could not be done.
    """
    from service.commands import tokens as commands

    raise typer.Exit(commands.revoke(token, reason))
