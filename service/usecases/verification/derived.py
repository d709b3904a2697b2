"""Are the readiness index, the subscriptions' states, their cursors and their messages as this service wrote
them?"""

from sqlalchemy import Connection

from service.store.derived import forged
from service.store.derived.forged import ForgedRow
from service.store.dump import snapshot
from service.store.reading.raw_log import lenient_text
from service.usecases.verification.events import UNREADABLE
from service.usecases.verification.run import Run


def verify_derived(run: Run, portfolio: str | None) -> None:
    """Verifies rows and cursors as of one instant: those that moved meanwhile would not go together."""
    with snapshot(run.db) as connection, lenient_text(connection):
        rows = _forged(connection)
    for each in rows:
        if portfolio in (None, each.portfolio):
            subject = None if each.subject is None else str(each.subject)
            run.findings.add("DERIVED_ROW_DIFFERS", str(each.portfolio), subject=subject, table=each.table)


def _forged(connection: Connection) -> list[ForgedRow]:
    """The forged rows; one without a subject if some row cannot even be read."""
    try:
        return list(dict.fromkeys(forged.every(connection)))
    except UNREADABLE:
        return [ForgedRow("readiness_index", "")]
