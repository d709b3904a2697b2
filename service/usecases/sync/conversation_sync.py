"""Conversations as another system has them: found, recorded and revised by the id that they have there."""

from typing import Any, get_args

from sqlalchemy import Row

from schemas.conversation import Conversation, ConversationIn, ConversationSync, RevisionIn
from schemas.vocabulary import Consent
from service.store.nouns import conversations
from service.store.sql.engine import Database
from service.usecases.errors import no_such_portfolio
from service.usecases.evidence.conversation_views import said_in, show
from service.usecases.evidence.conversations import no_conversation, record, recorded, revise
from service.usecases.registry.external_ids import with_id
from service.usecases.sync.upserts import find_one, put_sealed_once
from service.usecases.unit_of_work import Caller, Work, seen, work_on

MORE = list(get_args(Consent))
"""Consents, each of which allows more than the one before."""


def get_conversation_by_external(
    db: Database, caller: Caller, system: str, id: str, portfolio: str | None
) -> Conversation:
    """The one conversation that the caller sees with this id."""
    with db.reading() as connection:
        ref = find_one(connection, caller, "conversation", (system, id), portfolio, no_conversation)
        return show(seen(conversations.find(connection, ref, caller.portfolios), caller, no_conversation))


def put_conversation_by_external(
    db: Database, caller: Caller, system: str, id: str, body: ConversationSync
) -> tuple[Conversation, bool]:
    """The conversation as the body says, and whether it is new. What is so already is not written again."""
    wanted = body.model_copy(update={"external": with_id(body.external, system, id)})
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:

        def create(work: Work) -> str:
            fields = wanted.model_dump(exclude={"reason"}, exclude_none=True)
            return record(work, ConversationIn.model_validate(fields))

        def update(work: Work, ref: str) -> None:
            row = seen(conversations.find(work.tx, ref, caller.portfolios), caller, no_conversation)
            work.expect(row.revision, required=False)
            if changed := _difference(row, wanted):
                revise(work, row, RevisionIn(reason=body.reason or "synced", **changed))

        ref, is_new = put_sealed_once(work, "conversation", (system, id), body.portfolio, create, update)
        return recorded(work, ref), is_new


def _difference(row: Row[Any], wanted: ConversationSync) -> dict[str, Any]:
    """The fields to revise. Consent is the customer's: no system raises it by repeating what it once knew."""
    here = said_in(row.facts, row.words)
    there = wanted.model_dump(mode="json", exclude={"portfolio", "reason"})
    there["attendees"] = list(dict.fromkeys(there["attendees"]))
    if there["consent"] is None or MORE.index(there["consent"]) > MORE.index(here["consent"]):
        there["consent"] = here["consent"]
    return {name: value for name, value in there.items() if value != here[name]}
