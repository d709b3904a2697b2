"""The page of readiness: kept verdicts that hold, filtered, and sorted by what expires first."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, select

from schemas.nouns import External
from schemas.readiness_page import ReadinessEntry, ReadinessPage, VerdictCounts
from schemas.vocabulary import Verdict
from service.store import concepts, decisions
from service.store.columns import EPOCH, micros
from service.store.engine import Database
from service.store.kept_verdicts import FOREVER, counts, kept_verdicts, page
from service.usecases.kept_verdicts import Aim
from service.usecases.paging import Wanted, bad_cursor, pack, unpack
from service.usecases.verdicts import pinned
from service.usecases.work import Caller

LIST = "readiness"
LATEST = micros(FOREVER)


class Chosen(NamedTuple):
    """Which concepts; None: whichever. `expiring_within`: days. `external`: a system, or system:id."""

    portfolio: str | None = None
    gate: str | None = None
    verdict: Verdict | None = None
    process: str | None = None
    owner: str | None = None
    external: str | None = None
    expiring_within: int | None = None


def list_readiness(db: Database, caller: Caller, aim: Aim, chosen: Chosen, wanted: Wanted) -> ReadinessPage:
    """One page; the kept verdicts are to have reached the aim."""
    after = None if wanted.cursor is None else _place(wanted.cursor)
    rules = [caller.within(kept_verdicts.c.portfolio), *_rules(chosen, aim.as_of)]
    of_verdict = [] if chosen.verdict is None else [kept_verdicts.c.verdict == chosen.verdict]
    with db.reading() as connection:
        counted = counts(connection, rules)
        rows = page(connection, [*rules, *of_verdict], after, wanted.limit + 1)
        shown = rows[: wanted.limit]
        items = _entries(db, connection, shown)
    following = None
    if len(rows) > wanted.limit:
        following = pack(LIST, [micros(shown[-1].expires_at), shown[-1].key])
    return ReadinessPage(items=items, next=following, as_of=aim.as_of, counts=VerdictCounts(**counted))


def _rules(chosen: Chosen, as_of: datetime) -> list[ColumnElement[bool]]:
    kept = kept_verdicts.c
    said = (
        (kept.portfolio, chosen.portfolio),
        (kept.gate, chosen.gate),
        (kept.process_key, chosen.process),
    )
    rules: list[ColumnElement[bool]] = [column == value for column, value in said if value is not None]
    if chosen.owner is not None:
        table = decisions.decisions
        rules.append(kept.concept.in_(select(table.c.concept).where(table.c.owner == chosen.owner)))
    if chosen.external is not None:
        rules.append(kept.concept.in_(concepts.linked(chosen.external)))
    if chosen.expiring_within is not None:
        rules.append(kept.expires_at <= as_of + timedelta(days=chosen.expiring_within))
    return rules


def _place(cursor: str) -> tuple[datetime, str]:
    """Where the page before ended: micros, key."""
    match unpack(LIST, cursor):
        case [int(instant), str(key)] if 0 <= instant <= LATEST and key.isprintable():
            return EPOCH + timedelta(microseconds=instant), key
    raise bad_cursor()


def _entries(db: Database, connection: Connection, rows: Any) -> list[ReadinessEntry]:
    table = concepts.concepts
    named = concepts.query().where(table.c.id.in_([row.concept for row in rows]))
    known = {row.id: row for row in connection.execute(named)} if rows else {}
    return [_entry(db, connection, row, known[row.concept]) for row in rows]


def _entry(db: Database, connection: Connection, row: Row[Any], concept: Row[Any]) -> ReadinessEntry:
    return ReadinessEntry(
        concept=row.key,
        title=(concept.words or {}).get("title"),
        portfolio=row.portfolio,
        process=pinned(db, connection, row).ref,
        gate=row.gate,
        verdict=row.verdict,
        ready=row.verdict in ("ready", "waived"),
        not_evaluable=row.not_evaluable,
        passes_until=None if row.expires_at >= FOREVER else row.expires_at.astimezone(UTC),
        blocking=row.blocking,
        warnings=row.warnings,
        external=[External(**each) for each in concept.facts["external"]],
    )
