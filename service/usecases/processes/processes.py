"""Processes: publish and read. A published version never changes."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.page import Page
from schemas.process import Process, ProcessRef, ProcessVersion
from service.domain.record.process import ProcessPublished
from service.domain.rules.process_rules import content, digest, digest_of, looks_at_themes
from service.store.log.chains import ORGANISATION
from service.store.nouns import processes
from service.store.sql.engine import Database
from service.store.sql.keyring import Damaged
from service.usecases.errors import Refused, invalid, not_found, require
from service.usecases.paging import PageRequest, paged
from service.usecases.unit_of_work import Caller, Work, work_on
from service.usecases.views import show_row

no_process = partial(not_found, "process version")
no_process_under = partial(
    invalid, rule="no process is published under this key", remedy="GET /v1/processes lists them"
)
NEW, KNOWN = "new", "known"


def no_version(field: str, latest: int) -> Refused:
    """This field names a version that is not published."""
    return invalid(field, "there is no such version", f"1 to {latest}")


class PublishedProcess(NamedTuple):
    """A version, parsed and ready to judge by."""

    ref: ProcessRef
    process: Process
    themed: bool
    """Whether any criterion looks at themes."""


def publish_process(db: Database, caller: Caller, key: str, process: Process) -> tuple[ProcessVersion, bool]:
    """The version with this content, and whether it is new."""
    with work_on(db, caller, ORGANISATION, no_process) as work:
        outcome, _, version = work.once(lambda: _publish(work, key, process)).partition(" ")
        return _show(require(processes.find(work.tx, key, int(version)), no_process)), outcome == NEW


def get_process_version(db: Database, key: str, version: int | None) -> ProcessVersion:
    """One version; None: the newest."""
    with db.reading() as connection:
        if version is None:
            return _show(require(processes.latest(connection, key), no_process))
        return _show(require(processes.find(connection, key, version), no_process))


def list_processes(db: Database, wanted: PageRequest) -> Page[ProcessVersion]:
    """The newest version of each process, by key."""
    with db.reading() as connection:
        table, query = processes.process_versions, processes.every_latest()
        return paged(connection, "processes", query, table.c.key, wanted, _show)


def list_versions(db: Database, key: str) -> Sequence[ProcessVersion]:
    """Every version of one process, in order."""
    with db.reading() as connection:
        query = processes.versions(key).order_by(processes.process_versions.c.version)
        versions = [_show(row) for row in connection.execute(query)]
    if not versions:
        raise no_process()
    return versions


def published(
    db: Database, connection: Connection, key: str, version: int, digest: str | None = None
) -> PublishedProcess | None:
    """A version to judge by. What never changes is parsed once. `digest`: of its document (None: it is looked
    up); after a failover the same number may name another one."""
    digest = digest or processes.digest_of(connection, key, version)
    known: PublishedProcess | None = db.parsed.get((key, version, digest))
    if known is None:
        row = processes.find(connection, key, version)
        if row is None:
            return None
        if processes.recorded_digest(connection, key, version) != row.digest:
            raise Damaged(f"process {key}, version {version}, is not the one that was published")
        known = of_row(row)
        db.parsed.put((key, version, known.ref.digest), known)
    return known


def version_of(
    db: Database, connection: Connection, key: str, version: int, digest: str | None = None
) -> PublishedProcess:
    """The version that a concept goes by, or went by: what is recorded names it."""
    known = published(db, connection, key, version, digest)
    if known is None:
        raise LookupError("a process version is gone")
    return known


def of_row(row: Row[Any]) -> PublishedProcess:
    """A stored version, parsed. May raise Damaged: nothing is judged by rules that nobody published."""
    ref = ProcessRef(key=row.key, version=row.version, digest=row.digest)
    process = _as_published(row)
    return PublishedProcess(ref, process, looks_at_themes(process))


def _as_published(row: Row[Any]) -> Process:
    if digest_of(row.document) != row.digest:
        raise Damaged(f"process {row.key}, version {row.version}, is not what was published")
    return Process.model_validate(row.document)


def publish(work: Work, key: str, process: Process) -> int:
    """Enter a new version as part of a larger write; its number."""
    newest = processes.latest(work.tx, key)
    version = newest.version + 1 if newest else 1
    name = digest(process)
    event = ProcessPublished(key=key, version=version, digest=name)
    columns = {"document": content(process), **work.stamp("published")}
    work.enter(processes.process_versions, event, key, **columns)
    return version


def _publish(work: Work, key: str, process: Process) -> str:
    known = processes.with_digest(work.tx, key, digest(process))
    return f"{KNOWN} {known.version}" if known else f"{NEW} {publish(work, key, process)}"


def _show(row: Row[Any]) -> ProcessVersion:
    return show_row(ProcessVersion, row, document=_as_published(row))
