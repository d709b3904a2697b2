"""The page of readiness: rows of the index that hold, filtered, and sorted by what expires first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row

from schemas.readiness_page import VerdictCounts
from schemas.vocabulary import Verdict
from service.store.derived import readiness_pages
from service.store.derived.readiness_index import FOREVER_MICROS, require_valid
from service.store.nouns import concepts
from service.store.sql.columns import micros
from service.store.sql.engine import Database
from service.usecases.paging import PageRequest, bad_cursor, first_of, unpack
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.readiness_index import ReadTarget, visible_among

LIST = "readiness"


class PageFilters(NamedTuple):
    """The filters of the page; None: not applied. `expiring_within`: days. `external`: a system, or
    system:id."""

    portfolio: str | None = None
    gate: str | None = None
    verdict: Verdict | None = None
    process: str | None = None
    owner: str | None = None
    external: str | None = None
    expiring_within: int | None = None


class WrittenPage(NamedTuple):
    """A page with its items serialized: each a ReadinessEntry, or a BotReadinessEntry, as JSON."""

    items: Sequence[bytes]
    next: str | None
    as_of: datetime
    counts: VerdictCounts


def list_readiness(
    db: Database,
    caller: Caller,
    target: ReadTarget,
    chosen: PageFilters,
    wanted: PageRequest,
    *,
    words: bool = True,
) -> WrittenPage:
    """One page; the index is to have reached the target. Without `words`, as bots are shown it.

    Raises NotAsWritten where it would show a row that is not as it was written, or no longer holds."""
    after = None if wanted.cursor is None else _last_of_page(wanted.cursor)
    rules = readiness_pages.PageRules(_filters(chosen, target.as_of), visible_among(caller, ()))
    with db.reading() as connection:
        counted = readiness_pages.counts(connection, rules.without("verdict"))
        rows = readiness_pages.page(connection, rules, after, wanted.limit + 1, titled=words)
        require_valid(connection, rows, micros(target.as_of))
    shown, following = first_of(rows, wanted.limit, LIST, lambda row: [row.expires_at, row.key])
    show = _entry if words else _entry_for_bots
    return WrittenPage([show(row) for row in shown], following, target.as_of, VerdictCounts(**counted))


def _filters(chosen: PageFilters, as_of: datetime) -> dict[str, Any]:
    filters: dict[str, Any] = {
        "portfolio": chosen.portfolio,
        "gate": chosen.gate,
        "verdict": chosen.verdict,
        "process_key": chosen.process,
        "owner": chosen.owner,
    }
    if chosen.external is not None:
        system, id = concepts.parse_external(chosen.external)
        filters |= {"system": system, "external_id": id}
    if chosen.expiring_within is not None:
        filters["expires_by"] = micros(as_of + timedelta(days=chosen.expiring_within))
    return {name: value for name, value in filters.items() if value is not None}


def _last_of_page(cursor: str) -> tuple[int, str]:
    """The place after which the page begins, read from its cursor: micros, key."""
    match unpack(LIST, cursor):
        case [int(instant), str(key)] if 0 <= instant <= FOREVER_MICROS and key.isprintable():
            return instant, key
    raise bad_cursor()


def _entry(row: Row[Any]) -> bytes:
    return _written(row, {"title": (row.words or {}).get("title"), "external": row.facts["external"]})


def _entry_for_bots(row: Row[Any]) -> bytes:
    external = [{"system": each["system"], "id": each["id"]} for each in row.facts["external"]]
    return _written(row, {"external": external})


def _written(row: Row[Any], more: dict[str, Any]) -> bytes:
    """The indexed entry, completed with fields that are read now."""
    entry: str = row.entry
    return entry[:-1].encode() + b"," + orjson.dumps(more)[1:]
