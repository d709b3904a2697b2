"""Recording many conversations: all of them in one transaction, or each on its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from schemas.base import Model
from schemas.bulk import BulkItem, RecordedInBulk
from schemas.conversation import ConversationIn
from schemas.problem import Problem
from service.store.sql.engine import Database
from service.usecases.errors import Refused, invalid, no_such_portfolio, problem_of
from service.usecases.evidence.conversations import record_once
from service.usecases.unit_of_work import Caller, Work, work_on

PATH = "body.conversations"
T = TypeVar("T")


def require_one_portfolio(bodies: Sequence[ConversationIn]) -> None:
    """Refuses conversations of several portfolios: one chain is locked, so that nobody waits for two."""
    for index, body in enumerate(bodies):
        if body.portfolio != bodies[0].portfolio:
            rule = "is of another portfolio than the first one"
            raise invalid(f"{PATH}.{index}.portfolio", rule, "send one request for each portfolio")


def record_all(db: Database, caller: Caller, bodies: Sequence[ConversationIn]) -> list[BulkItem]:
    """Records all of these conversations, or none: the first problem names which one it is about."""
    with work_on(db, caller, bodies[0].portfolio, partial(_missing, 0)) as work:
        return [BulkItem(conversation=_record(work, body, index)) for index, body in enumerate(bodies)]


def record_each(db: Database, caller: Caller, bodies: Sequence[ConversationIn], first: int) -> list[BulkItem]:
    """Records each of these conversations that can be recorded; the answer says why others cannot. `first`:
    the index of the first of them in the request."""
    with work_on(db, caller, bodies[0].portfolio, partial(_missing, first)) as work:
        numbered = enumerate(bodies, start=first)
        made = [attempt(work, partial(_record, work, body, index)) for index, body in numbered]
    return [
        BulkItem(problem=each) if isinstance(each, Problem) else BulkItem(conversation=each) for each in made
    ]


def _record(work: Work, body: ConversationIn, index: int) -> RecordedInBulk:
    with one_of_many(work, body, f"{PATH}.{index}", index) as one:
        made = record_once(one, body)
    return RecordedInBulk(id=made["id"], counts=made["counts"], not_counted=made["not_counted"])


def attempt(work: Work, act: Callable[[], T]) -> T | Problem:
    """Returns what `act` makes, or why it is refused: then it leaves nothing behind."""
    try:
        with work.chain.part():
            return act()
    except Refused as refusal:
        return problem_of(refusal)


@contextmanager
def one_of_many(work: Work, body: Model, path: str, index: int) -> Iterator[Work]:
    """One of many writes, with an idempotency key of its own, so that a request that was broken off goes on
    where it was. A refusal names the place in the request."""
    caller = work.caller
    if caller.idempotency_key is not None:
        key, sent = f"{caller.idempotency_key}\n{index}", body.model_dump_json().encode()
        work = work._replace(caller=caller._replace(idempotency_key=key, body=sent))
    try:
        yield work
    except Refused as refusal:
        raise _at_path(path, refusal) from None


def _at_path(path: str, refusal: Refused) -> Refused:
    errors = [
        each.model_copy(update={"field": each.field.replace("body", path, 1)}) for each in refusal.errors
    ]
    return Refused(refusal.problem_type, refusal.detail.replace("body", path, 1), *errors)


def _missing(index: int) -> Refused:
    return _at_path(f"{PATH}.{index}", no_such_portfolio())
