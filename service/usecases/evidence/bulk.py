"""Recording many conversations: all of them in one transaction, or each on its own."""

from collections.abc import Sequence
from functools import partial

from schemas.base import Model
from schemas.bulk import BulkItem, RecordedInBulk
from schemas.conversation import ConversationIn
from service.store.sql.engine import Database
from service.usecases.errors import Refused, invalid, no_such_portfolio, problem_of
from service.usecases.evidence.conversations import record_once
from service.usecases.unit_of_work import Caller, Work, work_on

PLACE = "body.conversations"


def require_one_portfolio(said: Sequence[ConversationIn]) -> None:
    """One chain is held, so that nobody waits for two."""
    for index, each in enumerate(said):
        if each.portfolio != said[0].portfolio:
            rule = "is of another portfolio than the first one"
            raise invalid(f"{PLACE}.{index}.portfolio", rule, "send one request for each portfolio")


def record_all(db: Database, caller: Caller, said: Sequence[ConversationIn]) -> list[BulkItem]:
    """All of them, or none: the first problem names which one it is."""
    with work_on(db, caller, said[0].portfolio, partial(_missing, 0)) as work:
        return [_recorded(work, each, index) for index, each in enumerate(said)]


def record_each(db: Database, caller: Caller, said: Sequence[ConversationIn], first: int) -> list[BulkItem]:
    """What cannot be recorded leaves nothing behind, and says why. `first`: where these begin."""
    with work_on(db, caller, said[0].portfolio, partial(_missing, first)) as work:
        return [_attempted(work, each, first + index) for index, each in enumerate(said)]


def _attempted(work: Work, said: ConversationIn, index: int) -> BulkItem:
    try:
        with work.chain.part():
            return _recorded(work, said, index)
    except Refused as refused:
        return BulkItem(problem=problem_of(refused))


def _recorded(work: Work, said: ConversationIn, index: int) -> BulkItem:
    work = once_each(work, said, index)
    try:
        made = record_once(work, said)
    except Refused as refused:
        raise at_place(refused, f"{PLACE}.{index}") from None
    short = RecordedInBulk(id=made["id"], counts=made["counts"], not_counted=made["not_counted"])
    return BulkItem(conversation=short)


def once_each(work: Work, said: Model, index: int) -> Work:
    """The write of one of many, once by a key of its own: what was broken off goes on where it was."""
    caller = work.caller
    if caller.idempotency_key is None:
        return work
    key = f"{caller.idempotency_key}\n{index}"
    body = said.model_dump_json().encode()
    return work._replace(caller=caller._replace(idempotency_key=key, body=body))


def at_place(refused: Refused, place: str) -> Refused:
    """The same, said of one of many."""
    errors = [
        each.model_copy(update={"field": each.field.replace("body", place, 1)}) for each in refused.errors
    ]
    return Refused(refused.kind, refused.detail.replace("body", place, 1), *errors)


def _missing(index: int) -> Refused:
    return at_place(no_such_portfolio(), f"{PLACE}.{index}")
