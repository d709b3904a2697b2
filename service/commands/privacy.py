"""`gateproof purge`: erases what is past its retention, and cleans the files of what was erased."""

from service.clock import now
from service.commands.opening import migrated_database
from service.store.sql.cleaning import clean
from service.usecases.errors import Refused
from service.usecases.operations.bootstrap import ADMIN
from service.usecases.privacy.retention import Purged, purge, purge_restored, would_purge
from service.usecases.unit_of_work import Caller

CLEAN = "Nothing of what was erased is left in the files."
NOT_YET = "Somebody was reading all the while, so the files may hold traces: purge again later."


def purge_conversations(portfolio: str | None, *, dry_run: bool) -> int:
    """Erases what is past its retention, or only counts it."""
    caller = Caller(person=ADMIN, clock=now)
    with migrated_database() as db:
        try:
            for each in (would_purge if dry_run else purge)(db, caller, portfolio):
                print(_line(each, dry_run))
            texts = 0 if dry_run else purge_restored(db, caller, portfolio)
            if texts:
                print(f"{texts} texts that were erased before had been put back, and are gone again")
        except Refused as refused:
            print(refused.detail)
            return 1
        if not dry_run:
            print(CLEAN if clean(db) else NOT_YET)
    return 0


def _line(purged: Purged, dry_run: bool) -> str:
    if dry_run:
        return f"{purged.portfolio}: {purged.conversations} conversations would be erased"
    return f"{purged.portfolio}: {purged.conversations} conversations erased, {purged.texts} texts in all"
