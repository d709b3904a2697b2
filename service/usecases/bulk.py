"""Recording many conversations: all of them in one transaction, or each on its own."""

from collections.abc import Sequence

from schemas.bulk import BulkItem, RecordedConversation
from schemas.conversation import ConversationIn
from service.store.engine import Database
from service.usecases.conversations import record, recorded
from service.usecases.customers import no_such_portfolio
from service.usecases.refused import Refused, invalid, problem_of
from service.usecases.work import Caller, Work, work_on

PLACE = "body.conversations"


def require_one_portfolio(said: Sequence[ConversationIn]) -> None:
    """One chain is held, so that nobody waits for two."""
    for index, each in enumerate(said):
        if each.portfolio != said[0].portfolio:
            rule = "is of another portfolio than the first one"
            raise invalid(f"{PLACE}.{index}.portfolio", rule, "send one request for each portfolio")


def record_all(db: Database, caller: Caller, said: Sequence[ConversationIn]) -> list[BulkItem]:
    """All of them, or none: the first problem names which one it is."""
    with work_on(db, caller, said[0].portfolio, _missing(0)) as work:
        return [_recorded(work, each, index) for index, each in enumerate(said)]


def record_each(db: Database, caller: Caller, said: Sequence[ConversationIn], first: int) -> list[BulkItem]:
    """What cannot be recorded leaves nothing behind, and says why. `first`: where these begin."""
    with work_on(db, caller, said[0].portfolio, _missing(first)) as work:
        return [_attempted(work, each, first + index) for index, each in enumerate(said)]


def _attempted(work: Work, said: ConversationIn, index: int) -> BulkItem:
    try:
        with work.tx.begin_nested():
            return _recorded(work, said, index)
    except Refused as refused:
        return BulkItem(problem=problem_of(refused))


def _recorded(work: Work, said: ConversationIn, index: int) -> BulkItem:
    """Once, by a key of its own: a request that was broken off goes on where it was."""
    caller = work.caller
    if caller.idempotency_key is not None:
        key = f"{caller.idempotency_key}\n{index}"
        body = said.model_dump_json().encode()
        work = work._replace(caller=caller._replace(idempotency_key=key, body=body))
    try:
        made = recorded(work, work.once(lambda: record(work, said)))
    except Refused as refused:
        raise _at(refused, index) from None
    short = RecordedConversation(id=made.id, counts=made.counts, not_counted=made.not_counted)
    return BulkItem(conversation=short)


def _at(refused: Refused, index: int) -> Refused:
    """The same, said of one of many."""
    place = f"{PLACE}.{index}"
    errors = [
        each.model_copy(update={"field": each.field.replace("body", place, 1)}) for each in refused.errors
    ]
    return Refused(refused.kind, refused.detail.replace("body", place, 1), *errors)


def _missing(index: int) -> Refused:
    return _at(no_such_portfolio(), index)
