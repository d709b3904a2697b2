"""Conversations as another system has them, looked up, recorded and revised by the id that they have
there."""

from typing import Any, get_args

from sqlalchemy import Row

from schemas.conversation import Conversation, ConversationIn, ConversationSync, RevisionIn
from schemas.vocabulary import Consent
from service.store.sql.engine import Database
from service.usecases.errors import no_such_portfolio
from service.usecases.evidence.conversation_views import body_of, show
from service.usecases.evidence.conversations import (
    no_conversation,
    record,
    recorded,
    revise,
    visible_conversation,
)
from service.usecases.registry.external_ids import with_id
from service.usecases.sync.upserts import find_one, put_sealed_once
from service.usecases.unit_of_work import Caller, work_on
from service.usecases.views import etag

CONSENTS = list(get_args(Consent))
"""Consents, each of which allows more than the one before."""


def get_conversation_by_external(
    db: Database, caller: Caller, system: str, id: str, portfolio: str | None
) -> Conversation:
    """The one conversation that the caller sees with this id."""
    with db.reading() as connection:
        ref = find_one(connection, caller, "conversation", (system, id), portfolio, no_conversation)
        return show(visible_conversation(connection, caller, ref))


def put_conversation_by_external(
    db: Database, caller: Caller, system: str, id: str, body: ConversationSync
) -> tuple[Conversation, bool]:
    """The conversation as the body says, and whether it is new. What is so already is not written again."""
    wanted = with_id(body, body.external, system, id)
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:

        def create() -> str:
            fields = wanted.model_dump(exclude={"reason"}, exclude_none=True)
            return record(work, ConversationIn.model_validate(fields))

        def update(ref: str) -> None:
            row = visible_conversation(work.tx, caller, ref)
            work.expect(etag(row.revision, row.digest), required=False)
            if changed := _difference(row, wanted, body.model_fields_set):
                revise(work, row, RevisionIn(reason=body.reason or "synced", **changed))

        ref, is_new = put_sealed_once(work, "conversation", (system, id), create, update)
        return recorded(work, ref), is_new


def _difference(row: Row[Any], wanted: ConversationSync, said: set[str]) -> dict[str, Any]:
    """The fields to revise, of those that the other system `said`. Consent is the customer's: no system
    raises it by repeating what it once knew."""
    here = body_of(row.facts, row.words)
    there = wanted.model_dump(mode="json", exclude={"portfolio", "reason"})
    there["attendees"] = list(dict.fromkeys(there["attendees"]))
    if there["consent"] is None or CONSENTS.index(there["consent"]) > CONSENTS.index(here["consent"]):
        there["consent"] = here["consent"]
    return {name: value for name, value in there.items() if name in said and value != here[name]}
