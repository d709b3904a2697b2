"""Conversations: record, revise, withdraw, read. A revision never hides the one before."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, update

from schemas.base import corrected
from schemas.conversation import (
    SEALED,
    ConsentIn,
    Conversation,
    ConversationIn,
    RevisionIn,
    WithdrawIn,
)
from schemas.page import Page
from service.domain.record.conversation import (
    ConversationFacts,
    ConversationRecorded,
    ConversationRevised,
    ConversationWithdrawn,
)
from service.store.nouns import conversations
from service.store.nouns.references import Customer
from service.store.reading import history
from service.store.sql.engine import Database
from service.store.words.contents import StoredText
from service.usecases.errors import Refused, no_such_portfolio, not_found
from service.usecases.evidence.conversation_facts import facts_of, heard
from service.usecases.evidence.conversation_views import Shown, revisions_in, said_in, show, shown
from service.usecases.paging import PageRequest, paged
from service.usecases.registry.external_ids import linked, require_free
from service.usecases.unit_of_work import Caller, Work, join, seen, transaction, work_on

no_conversation = partial(not_found, "conversation")


def record_conversation(db: Database, caller: Caller, body: ConversationIn) -> Shown:
    """Record one talk. What does not count is stored all the same, and says why."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return record_once(work, body)


def revise_conversation(db: Database, caller: Caller, conversation_id: str, body: RevisionIn) -> Conversation:
    """Correct what was recorded, with a reason; the earlier revision stays readable."""
    with transaction(db, caller) as tx:
        row = _require(tx, caller, conversation_id)
        work = join(tx, caller, row.portfolio, no_conversation)
        return recorded(work, work.once(lambda: _revise(work, conversation_id, body)))


def change_consent(db: Database, caller: Caller, conversation_id: str, body: ConsentIn) -> Conversation:
    """A revision of nothing but the consent; the next verdict goes by it. A customer may take it back
    also after the conversation was withdrawn."""
    revision = RevisionIn(reason=body.reason, consent=body.consent)
    with transaction(db, caller) as tx:
        row = _require(tx, caller, conversation_id)
        work = join(tx, caller, row.portfolio, no_conversation)
        return recorded(work, work.once(lambda: _revise(work, conversation_id, revision, is_ended=True)))


def withdraw_conversation(
    db: Database, caller: Caller, conversation_id: str, body: WithdrawIn
) -> Conversation:
    """It counts for nothing from now on; what it contradicted still wants its answers."""
    with transaction(db, caller) as tx:
        row = _require(tx, caller, conversation_id)
        work = join(tx, caller, row.portfolio, no_conversation)
        return recorded(work, work.once(lambda: _withdraw(work, conversation_id, body)))


def get_conversation(db: Database, caller: Caller, conversation_id: str) -> Conversation:
    """One conversation, in its latest revision."""
    with db.reading() as connection:
        return show(_require(connection, caller, conversation_id))


def list_conversations(
    db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None, customer: str | None
) -> Page[Conversation]:
    """Conversations in the order of recording."""
    table = conversations.conversations
    query = conversations.query().where(caller.within(table.c.portfolio))
    if portfolio is not None:
        query = query.where(table.c.portfolio == portfolio)
    if customer is not None:
        query = query.where(table.c.customer == customer)
    with db.reading() as connection:
        return paged(connection, "conversations", query, table.c.id, wanted, show)


def list_revisions(db: Database, caller: Caller, conversation_id: str) -> Sequence[Conversation]:
    """Every revision, the first one first."""
    with db.reading() as connection:
        row = _require(connection, caller, conversation_id)
        return [show(row, each) for each in revisions_in(history.stream(connection, conversation_id))]


def record_once(work: Work, body: ConversationIn) -> Shown:
    """Enter a conversation unless this request did so before. Answers what it would if it read it."""
    made = work.new_id("cnv")
    before = work.known(made)
    return shown(_record(work, made, body)) if before is None else dict(recorded(work, before))


def record(work: Work, body: ConversationIn) -> str:
    """Enter a conversation as part of a larger write; its id."""
    made = work.new_id("cnv")
    _record(work, made, body)
    return made


def _record(work: Work, conversation_id: str, body: ConversationIn) -> Any:
    """Its row, as it would be read."""
    said = body.model_dump(mode="json", exclude={"portfolio"})
    of_it = heard(work, body.portfolio, said, said["external"])
    facts, words = facts_of(work, of_it, _snapshot(of_it.customer)), _words(said)
    require_free(of_it.elsewhere, of_it.mentioned.taken)
    sealed = work.seal(**words)
    event = ConversationRecorded(**facts, commitment=sealed.commitment)
    row = {
        "id": conversation_id,
        "portfolio": body.portfolio,
        "created_at": work.now,
        "created_by": work.caller.person,
        **_as_it_is_now(work, event, sealed),
    }
    beside = conversations.first(row, _who_was_there(work.caller.person, event), of_it.elsewhere)
    digest = work.record(event, conversation_id, sealed, beside)
    return SimpleNamespace(**row, digest=digest, withdrawn_at=None, erased_at=None, words=words)


def _revise(work: Work, conversation_id: str, body: RevisionIn, *, is_ended: bool = False) -> str:
    """`is_ended`: also of what was withdrawn."""
    row = _require(work.tx, work.caller, conversation_id)
    work.expect(row.revision)
    return revise(work, row, body, is_ended=is_ended)


def revise(work: Work, row: Row[Any], body: RevisionIn, *, is_ended: bool = False) -> str:
    """Revise a conversation as part of a larger write; its id."""
    require_not_erased(row)
    if not is_ended:
        _require_not_withdrawn(row)
    given = corrected(body, ConversationIn)
    before = row.facts
    said = {**said_in(before, row.words), **given}
    of_it = heard(work, row.portfolio, said)
    snapshot = {"segment": before.segment, "relationship": before.relationship}
    if said["customer"] != before.customer:
        snapshot = _snapshot(of_it.customer)
    snapshot |= {name: given[name] for name in snapshot if name in given}
    facts, words = facts_of(work, of_it, snapshot, before), _words(said)
    words["reason"] = body.reason
    linked(work, "conversation", row.portfolio, row.id, row.words, words["external"])
    sealed = work.seal(**words)
    event = ConversationRevised(**facts, commitment=sealed.commitment)
    digest = work.record(event, row.id, sealed)
    table, now = conversations.conversations, _as_it_is_now(work, event, sealed)
    work.tx.execute(update(table).where(table.c.id == row.id).values(**now, digest=digest))
    there = _who_was_there(row.created_by, event)
    conversations.note_who_was_there(work.tx, row.id, row.portfolio, event.segment, row.created_at, there)
    return str(row.id)


def _withdraw(work: Work, conversation_id: str, body: WithdrawIn) -> str:
    row = _require(work.tx, work.caller, conversation_id)
    require_not_erased(row)
    _require_not_withdrawn(row)
    kept = work.keep(reason=body.reason)
    work.record(ConversationWithdrawn(kept.commitment), conversation_id, kept.id)
    work.tx.execute(
        update(conversations.conversations)
        .where(conversations.conversations.c.id == conversation_id)
        .values(withdrawn_at=work.now)
    )
    return conversation_id


def _require(connection: Connection, caller: Caller, conversation_id: str) -> Row[Any]:
    return seen(conversations.find(connection, conversation_id, caller.portfolios), caller, no_conversation)


def require_not_erased(row: Row[Any]) -> None:
    """Nothing is done any more with what was erased."""
    if row.erased_at is not None:
        raise Refused("conversation-erased", "The conversation was erased: only its tombstone stands.")


def _require_not_withdrawn(row: Row[Any]) -> None:
    if row.withdrawn_at is not None:
        raise Refused("already-withdrawn", "The conversation was withdrawn; record a new one.")


def _snapshot(customer: Customer) -> dict[str, Any]:
    return {"segment": customer.segment, "relationship": customer.relationship}


def _words(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in SEALED}


def _as_it_is_now(work: Work, facts: ConversationFacts, sealed: StoredText) -> dict[str, Any]:
    """What a revision changes in the row, but for the digest of its event."""
    return {
        "customer": facts.customer,
        "kind": facts.kind,
        "held_at": facts.held_at,
        "facts": facts,
        "content": sealed.id,
        "revision": facts.revision,
        "revised_at": work.now,
        "revised_by": work.caller.person,
    }


def _who_was_there(author: str, facts: ConversationFacts) -> set[str]:
    return {author, *(attendee.person for attendee in facts.attendees)}


def recorded(work: Work, conversation_id: str) -> Conversation:
    """A conversation as it stands in the midst of a write."""
    return show(_require(work.tx, work.caller, conversation_id))
