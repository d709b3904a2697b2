"""`gateproof purge`: what is past its retention goes, and what an erasure left in files."""

from argparse import Namespace, _SubParsersAction
from typing import Any

from service.clock import now
from service.commands.opening import migrated_database
from service.store.cleaning import clean
from service.usecases.bootstrap import ADMIN
from service.usecases.refused import Refused
from service.usecases.retention import Purged, purge, would_purge
from service.usecases.work import Caller

CLEAN = "Nothing of what was erased is left in the files."
NOT_YET = "Somebody was reading all the while, so the files may hold traces: purge again later."


def add(commands: "_SubParsersAction[Any]") -> None:
    """Make it known to the command line."""
    parser = commands.add_parser("purge", help="erase conversations that are past their retention")
    parser.add_argument("--portfolio", metavar="KEY", help="only this one; else all that have a retention")
    parser.add_argument("--dry-run", action="store_true", help="count only")
    parser.set_defaults(run=_purge)


def _purge(said: Namespace) -> int:
    caller = Caller(person=ADMIN, clock=now)
    with migrated_database() as db:
        try:
            for each in (would_purge if said.dry_run else purge)(db, caller, said.portfolio):
                print(_line(each, said.dry_run))
        except Refused as refused:
            print(refused.detail)
            return 1
        if not said.dry_run:
            print(CLEAN if clean(db) else NOT_YET)
    return 0


def _line(purged: Purged, dry_run: bool) -> str:
    if dry_run:
        return f"{purged.portfolio}: {purged.conversations} conversations would be erased"
    return f"{purged.portfolio}: {purged.conversations} conversations erased, {purged.texts} texts in all"
