"""gateproof head and verify: proof."""

from pathlib import Path
from typing import Annotated

import typer


def head(
    append: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Append it to this file instead, as a line.")
    ] = None,
) -> None:
    """Print the signed head of the log: how far it is.

    Exit code 3: it could not be signed.
    """
    from service.commands import audit

    raise typer.Exit(audit.show_head(append))


def verify(
    head: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also against the heads in this file, one a line.")
    ] = None,
) -> None:
    """Verify: is everything as it was recorded, does each review follow from it, is each go attested?

    Exit code 0: nothing was found. 1: something was. 3: it could not be verified.
    """
    from service.commands import audit

    raise typer.Exit(audit.verify_log(head))
