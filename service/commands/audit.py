"""gateproof head, gateproof verify, gateproof keys rotate-signing: proof, for operators and their cron."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from pydantic import ValidationError

from schemas.audit import Envelope, Verification
from service.api.background import append_head
from service.clock import now
from service.commands.opening import migrated_database
from service.setting_values import BadSetting
from service.startup import sentence_of
from service.usecases.audit.head import head
from service.usecases.audit.signing import rotate_key
from service.usecases.errors import Refused
from service.usecases.operations.bootstrap import ADMIN
from service.usecases.unit_of_work import Caller
from service.usecases.verification.verify import verify

P = ParamSpec("P")
FINE, FOUND, NOT_DONE = 0, 1, 3


class NotDone(Exception):
    """The command could not do what it says; the text is for the operator."""


def with_exit_code(command: Callable[P, int]) -> Callable[P, int]:
    """Returns the command with an exit code for what goes wrong in it, which is one line on stderr."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except NotDone as error:
            why = str(error)
        except BadSetting:
            raise
        except SystemExit as error:
            why = str(error.code)
        except OSError as error:
            why = f"{error.filename}: {error.strerror}"
        except LookupError:
            why = "there is no signing key yet: `gateproof serve` makes one when it starts"
        except Refused as error:
            why = error.detail
        except Exception as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            why = sentence
        sys.stderr.write(f"Not done: {why}\n")
        return NOT_DONE

    return run


@with_exit_code
def show_head(append: Path | None) -> int:
    """Prints the signed head, or appends it to a file."""
    with migrated_database() as db:
        if append is not None:
            append_head(db, now, append)
        else:
            sys.stdout.write(f"{head(db, now).model_dump_json()}\n")
    return FINE


@with_exit_code
def verify_log(head: Path | None) -> int:
    """Prints what is not as it was recorded and signed; also compares with the heads in a file."""
    heads = [] if head is None else _heads(head)
    with migrated_database() as db:
        verification = verify(db, heads=heads, progress=_progress)
    _progress("")
    sys.stdout.write(report(verification, len(heads)))
    return FINE if verification.ok else FOUND


@with_exit_code
def rotate_signing() -> int:
    """Makes another signing key."""
    with migrated_database() as db:
        sys.stdout.write(f"Signing with {rotate_key(db, Caller(ADMIN, now))} from now on.\n")
    return FINE


def _progress(line: str) -> None:
    """Writes the progress over what stood in this line of the terminal; nothing where stderr is none."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _heads(path: Path) -> list[Envelope]:
    heads = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            heads.append(Envelope.model_validate_json(line))
        except ValidationError:
            raise NotDone(f"{path}, line {number}: is not a head") from None
    if not heads:
        raise NotDone(f"{path}: there is no head in it")
    return heads


def report(verification: Verification, heads: int) -> str:
    """Returns what was verified, a line for each chain and each finding."""
    lines = [
        f"{'ok     ' if each.ok else 'WRONG  '}{each.chain}: {each.events:,} events"
        for each in verification.chains
    ]
    for each in verification.findings:
        position = "" if each.position is None else f"position {each.position}"
        location = ", ".join(filter(None, (each.chain, position, each.table, each.subject)))
        lines.append(f"{each.code}  {location}{': ' if location else ''}{each.message}")
    if verification.more_findings:
        lines.append(f"... and {verification.more_findings} more")
    compared = f"compared with {heads} exported heads" if heads else "not compared with any exported head"
    lines.append(
        f"{'Nothing was found' if verification.ok else 'This is not what was recorded'}; {compared}."
    )
    return "".join(f"{line}\n" for line in lines)
