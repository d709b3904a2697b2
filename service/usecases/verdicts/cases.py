"""From a concept's row to its facts and its verdict."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from service.domain.facts.concerns import cited
from service.domain.facts.fold import fold_on_top, gather
from service.domain.facts.model import Facts
from service.domain.facts.present import present
from service.domain.record.event import LogEntry
from service.domain.verdict.case import Case
from service.domain.verdict.readiness import Question, not_yet_recorded, prepare, verdict
from service.store.derived import snapshots
from service.store.nouns import themes
from service.store.reading.concerns import is_cited
from service.store.reading.history import history, since_of
from service.store.sql.columns import EPOCH
from service.store.sql.engine import Database
from service.store.sql.keyring import Damaged
from service.usecases.processes.processes import PublishedProcess, version_of

# Fewer events are read and folded as fast as a snapshot of them is.
WORTH_KEEPING = 10
# A snapshot so many positions behind is stored anew: each time it is read, events that turned what was before
# it are searched for over all of these positions.
LATE = 10_000


class VerdictQuery(NamedTuple):
    """The parameters of a verdict: at the next gate, now, by the pinned version, unless given."""

    gate: str | None = None
    as_of: datetime | None = None
    position: int | None = None
    process_version: int | None = None


def pinned(db: Database, connection: Connection, concept: Row[Any] | Facts) -> PublishedProcess:
    """The process version that the concept goes by, as its row or its events say."""
    digest: str | None = getattr(concept, "process_digest", None)
    return version_of(db, connection, concept.process_key, concept.process_version, digest)


def pinned_each(
    db: Database, connection: Connection, concepts: Mapping[str, Row[Any] | Facts]
) -> dict[str, PublishedProcess]:
    """The version that each of these goes by, looked up once for all that go by the same."""
    names = {id: (each.process_key, each.process_version) for id, each in concepts.items()}
    versions = {name: version_of(db, connection, *name) for name in set(names.values())}
    return {id: versions[name] for id, name in names.items()}


def facts_now(connection: Connection, concept: Row[Any]) -> Facts:
    """Everything recorded of the concept until now."""
    facts = fold(history(connection, concept))
    _require_recorded(concept, facts)
    return facts


def _require_recorded(concept: Row[Any], facts: Facts) -> None:
    """Raises Damaged unless the rows by which the facts were found say what was recorded.

    Whoever changes one would else choose by which rules, and on which events, a gate is passed.
    """
    row = concept.key, concept.portfolio, concept.process_key, concept.process_version
    if row != (facts.concept, facts.portfolio, facts.process_key, facts.process_version):
        raise Damaged(f"the row of {concept.id} is not what was recorded")
    if not cited(facts) <= facts.conversations.keys():
        raise Damaged(f"a conversation that {concept.id} cites is not found")


def facts_at_head(connection: Connection, concept: Row[Any], position: int) -> Facts:
    """The facts of the concept up to this position: the head of the portfolio's log, which is locked for
    writing."""
    return _facts_at(connection, concept, position).facts


class _Facts(NamedTuple):
    """Facts, and the position of the snapshot that has them as they are; None: newer events were folded on
    top, or all of them anew."""

    facts: Facts
    snapshot_at: int | None


def _facts_at(connection: Connection, concept: Row[Any], position: int) -> _Facts:
    loaded = _carried_on(connection, concept, position)
    if loaded is None:
        loaded = _Facts(fold(history(connection, concept, position=position)), None)
    _require_recorded(concept, loaded.facts)
    return loaded


def _carried_on(connection: Connection, concept: Row[Any], position: int) -> _Facts | None:
    """The snapshot's facts with what was recorded since; None where all has to be folded anew."""
    snapshot = snapshots.find_facts(connection, concept, position)
    if snapshot is None:
        return None
    recorded = history(connection, concept, position=position, after=snapshot.position)
    facts = fold_on_top(snapshot.facts, recorded, since_of(concept)) if recorded else snapshot.facts
    if facts is None or not is_cited(connection, concept, cited(facts)):
        return None
    return _Facts(facts, None if recorded else snapshot.position)


def fold(events: Iterable[LogEntry[Any]]) -> Facts:
    """The facts that these events give. Raises LookupError if the concept is not among them."""
    facts = gather(events)
    if facts is None:
        raise LookupError("a concept has no events")
    return facts


def judge(
    connection: Connection, judged_by: PublishedProcess, concept: Row[Any], asked: VerdictQuery, now: datetime
) -> Readiness:
    """The verdict. Asked of the past it sees what was recorded by then; else everything."""
    until = asked.as_of if asked.as_of is not None and asked.as_of < now else None
    loaded = load_case(connection, judged_by, concept, asked.gate) if asked.position is None else None
    if loaded is None or not loaded.was_by(until):
        loaded = _load_past(connection, judged_by, concept, asked, until)
    as_of = asked.as_of if asked.as_of is not None else present(now, loaded.latest)
    if loaded.case is None:
        question = Question(judged_by.process, judged_by.ref, as_of, asked.gate)
        return not_yet_recorded(question, concept.key, concept.portfolio)
    return verdict(loaded.case, judged_by.process, as_of)


class LoadedCase(NamedTuple):
    """The case of a concept at every instant. `case`: None before the concept was recorded. `latest`: of the
    events' instants. `pending`: the facts, where a snapshot of them is due."""

    case: Case | None
    latest: datetime
    pending: Facts | None = None

    def was_by(self, instant: datetime | None) -> bool:
        """Returns whether all of it was recorded by then; None: by now."""
        return instant is None or self.latest <= instant


def load_case(
    connection: Connection, judged_by: PublishedProcess, concept: Row[Any], gate: str | None = None
) -> LoadedCase:
    """Loads the concept's case as it is now, at this gate (None: the next one).

    Reads events only up to the row's `last_position`: row and events are one moment.
    """
    position: int = concept.last_position
    if gate is None and _is_pinned(judged_by, concept):
        snapshot = snapshots.find_case(connection, concept, position)
        if snapshot is not None and position - snapshot.position < LATE and _is_of(snapshot.case, concept):
            return LoadedCase(_labelled(connection, snapshot.case), snapshot.latest)
    facts, snapshot_at = _facts_at(connection, concept, position)
    case = case_at(connection, judged_by, facts, gate)
    is_due = len(facts.used) >= WORTH_KEEPING if snapshot_at is None else position - snapshot_at >= LATE
    return LoadedCase(case, facts.latest, facts if is_due else None)


def _is_pinned(judged_by: PublishedProcess, concept: Row[Any]) -> bool:
    return (judged_by.ref.key, judged_by.ref.version) == (concept.process_key, concept.process_version)


def _is_of(case: Case, concept: Row[Any]) -> bool:
    """Returns whether the case is of this row: of its process, in its portfolio."""
    key, version, _ = case.process
    return (case.concept, case.portfolio, key, version) == (
        *(concept.key, concept.portfolio),
        *(concept.process_key, concept.process_version),
    )


def _labelled(connection: Connection, case: Case) -> Case:
    """The case with its themes' labels as they are now: those erased since are gone."""
    if not case.labels:
        return case
    labels_now = themes.labels_of(connection, case.labels)
    return replace(case, labels={**case.labels, **labels_now})


def _load_past(
    connection: Connection,
    judged_by: PublishedProcess,
    concept: Row[Any],
    asked: VerdictQuery,
    until: datetime | None,
) -> LoadedCase:
    position = concept.last_position if asked.position is None else asked.position
    events = history(connection, concept, until=until, position=position)
    facts = gather(events)
    if facts is None:
        return LoadedCase(None, max((event.at for event in events), default=EPOCH))
    return LoadedCase(case_at(connection, judged_by, facts, asked.gate), facts.latest)


def case_at(
    connection: Connection, judged_by: PublishedProcess, facts: Facts, gate: str | None = None
) -> Case:
    """The case that these facts make by this process, at this gate (None: the next one)."""
    return prepare(judged_by.process, judged_by.ref, gate, facts, labels(connection, judged_by, facts))


def labels(connection: Connection, judged_by: PublishedProcess, facts: Facts) -> dict[str, str]:
    """The themes' labels, where the process looks at themes."""
    if not judged_by.themed:
        return {}
    return all_labels(connection, [facts])


def all_labels(connection: Connection, every: Iterable[Facts]) -> dict[str, str]:
    """The labels of the themes of all their conversations, and of those that were merged into these."""
    ids = set[str]()
    for facts in every:
        voiced = {id for talk in facts.conversations.values() for id in talk.themes}
        ids |= voiced | {id for id, now in facts.merged_themes.items() if now in voiced}
    return themes.labels_of(connection, ids)
