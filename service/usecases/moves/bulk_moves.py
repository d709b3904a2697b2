"""Moving a set of concepts that was previewed: batch after batch, and once however often it is sent."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.moves import Moves, MovesIn, NotMoved
from service.domain.moves.bulk_moves import NOTHING, Member, count_in, digest_of, joined, name_of
from service.store.log.chains import ORGANISATION
from service.store.nouns import bulk_moves, concepts
from service.store.nouns.concepts import LIVE
from service.store.sql.engine import Database
from service.usecases.errors import Refused, no_concept, problem_of, refused_field
from service.usecases.moves.move import record_move, unchanged
from service.usecases.moves.preview import MemberInPortfolio, allows, members_of, move_query, not_allowed
from service.usecases.processes.processes import PublishedProcess, no_process
from service.usecases.unit_of_work import Caller, join, transaction, work_on
from service.usecases.verdicts.many_cases import gathered

BATCH = 50
"""Concepts in one transaction: how long another writer waits for those of the same portfolio."""
set_changed = partial(
    refused_field,
    "set-changed",
    "body.set: is not what these concepts are called now",
    "body.set",
    "is not what these concepts are called now",
    "preview them again, and name the set that it answers",
)
concept_changed = partial(
    Refused, "set-changed", "The concept has gone on since the preview. It was not moved."
)


class MovableSet(NamedTuple):
    """A set whose name was checked: its target, and the concepts of it that have not moved yet."""

    target: PublishedProcess
    rest: Sequence[MemberInPortfolio]

    def batches(self) -> Iterator[tuple[str, Sequence[Member]]]:
        """The rest in batches, each of one portfolio, which comes with it."""
        rest = sorted(self.rest)
        for portfolio, placed in groupby(rest, lambda each: each.portfolio):
            members = [each.member for each in placed]
            for first in range(0, len(members), BATCH):
                yield portfolio, members[first : first + BATCH]


def begin_moves(db: Database, caller: Caller, process: str, body: MovesIn) -> MovableSet:
    """Make sure that the set is the one that was previewed, but for what has moved since."""
    # Nothing is recorded of the organisation: its lock lets one request with a key come before another.
    with work_on(db, caller, ORGANISATION, no_process) as work:
        work.once(lambda: body.set)
        asked = move_query(db, work.tx, caller, process, body)
        moved, marks = _moved(work.tx, body.set)
        if moved == count_in(body.set) and name_of(moved, marks, asked.target.ref) == body.set:
            return MovableSet(asked.target, ())
        rest = members_of(work.tx, asked, body)
        both = joined([marks, *(digest_of(each.member) for each in rest)])
        if name_of(moved + len(rest), both, asked.target.ref) != body.set:
            raise set_changed()
        return MovableSet(asked.target, rest)


def move_batch(
    db: Database,
    caller: Caller,
    target: PublishedProcess,
    body: MovesIn,
    portfolio: str,
    batch: Sequence[Member],
) -> list[NotMoved]:
    """Move these concepts of one portfolio in one transaction; those that cannot move stay, and say why."""
    try:
        with transaction(db, caller._replace(idempotency_key=None)) as tx:
            rows = {row.key: row for row in concepts.lock_all(tx, [each.key for each in batch])}
            work = join(tx, caller, portfolio, no_concept)
            if not allows(tx, portfolio, target.ref.key):
                wrong = not_allowed(portfolio, "key")
                raise Refused("invalid-request", f"{wrong.field}: {wrong.rule}", wrong)
            members = {each.concept.key: each for each in gathered(tx, list(rows.values()))}
            refusals = {
                each.key: why for each in batch if (why := _why_not(each, rows.get(each.key), target))
            }
            moving = [each for each in batch if each.key not in refusals]
            for each in moving:
                concept, facts = members[each.key]
                record_move(work, concept, target, facts.reviews, body.reason)
            _note(tx, body.set, moving)
    except Refused as refusal:
        refusals = {each.key: refusal for each in batch}
    return [NotMoved(concept=key, problem=problem_of(why)) for key, why in refusals.items()]


def moves_so_far(
    db: Database, target: PublishedProcess, body: MovesIn, problems: Sequence[NotMoved]
) -> Moves:
    """The progress of the set's move."""
    with db.reading() as connection:
        moved, _ = _moved(connection, body.set)
    return Moves(
        process=target.ref, set=body.set, concepts=count_in(body.set), moved=moved, problems=list(problems)
    )


def _why_not(member: Member, row: Row[Any] | None, target: PublishedProcess) -> Refused | None:
    if row is None:
        return no_concept()
    if (row.process_key, row.process_version) == (target.ref.key, target.ref.version):
        return unchanged()
    here = Member(*(getattr(row, name) for name in Member._fields))
    return None if here == member and row.status in LIVE else concept_changed()


def _note(tx: Connection, name: str, moved: Sequence[Member]) -> None:
    so_far = bulk_moves.lock(tx, name, NOTHING)
    marks = joined([so_far.marks, *map(digest_of, moved)])
    bulk_moves.note(tx, name, so_far.moved + len(moved), marks)


def _moved(connection: Connection, name: str) -> tuple[int, str]:
    """The number of those of the set that have moved, and their joined digest."""
    row = bulk_moves.find(connection, name)
    return (row.moved, row.marks) if row is not None else (0, NOTHING)
