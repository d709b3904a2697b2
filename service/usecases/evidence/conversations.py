"""Conversations: record, revise, withdraw, read. A revision never hides the one before."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, Row

from schemas.base import corrected
from schemas.conversation import SEALED, ConsentIn, Conversation, ConversationIn, RevisionIn, WithdrawIn
from schemas.page import Page
from service.domain.record.conversation import (
    ConversationFacts,
    ConversationRecorded,
    ConversationRevised,
    ConversationWithdrawn,
)
from service.store.nouns import conversations
from service.store.nouns.references import CurrentCustomer
from service.store.reading import history
from service.store.sql.engine import Database
from service.store.words.contents import StoredText
from service.usecases.errors import Refused, no_such_portfolio, not_found
from service.usecases.evidence.conversation_facts import event_of, input_of
from service.usecases.evidence.conversation_views import Shown, body_of, revisions_in, show, shown
from service.usecases.paging import PageRequest, paged
from service.usecases.registry.external_ids import replace_external_ids, require_free
from service.usecases.unit_of_work import Caller, Work, require_visible, work_on, work_on_row
from service.usecases.views import etag

no_conversation = partial(not_found, "conversation")
TABLE = conversations.conversations


def record_conversation(db: Database, caller: Caller, body: ConversationIn) -> Shown:
    """Records one conversation. One that does not count is stored too, and says why."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return record_once(work, body)


def revise_conversation(db: Database, caller: Caller, conversation_id: str, body: RevisionIn) -> Conversation:
    """Corrects a conversation, with a reason; the earlier revision stays readable."""
    with work_on_row(db, caller, conversations.find, conversation_id, no_conversation) as (work, _):
        return recorded(work, work.once(lambda: _revise(work, conversation_id, body)))


def change_consent(db: Database, caller: Caller, conversation_id: str, body: ConsentIn) -> Conversation:
    """Revises nothing but the consent; the next verdict goes by it. A customer may take consent back after
    the conversation was withdrawn, too."""
    revision = RevisionIn(reason=body.reason, consent=body.consent)
    with work_on_row(db, caller, conversations.find, conversation_id, no_conversation) as (work, _):
        return recorded(work, work.once(lambda: _revise(work, conversation_id, revision, is_ended=True)))


def withdraw_conversation(
    db: Database, caller: Caller, conversation_id: str, body: WithdrawIn
) -> Conversation:
    """Withdraws a conversation: it counts for nothing from now on; where it contradicted, an answer is still
    asked for."""
    with work_on_row(db, caller, conversations.find, conversation_id, no_conversation) as (work, _):
        return recorded(work, work.once(lambda: _withdraw(work, conversation_id, body)))


def get_conversation(db: Database, caller: Caller, conversation_id: str) -> Conversation:
    """One conversation, in its latest revision."""
    with db.reading() as connection:
        return show(visible_conversation(connection, caller, conversation_id))


def list_conversations(
    db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None, customer: str | None
) -> Page[Conversation]:
    """Conversations in the order of recording."""
    query = conversations.query().where(caller.within(TABLE.c.portfolio))
    if portfolio is not None:
        query = query.where(TABLE.c.portfolio == portfolio)
    if customer is not None:
        query = query.where(TABLE.c.customer == customer)
    with db.reading() as connection:
        return paged(connection, "conversations", query, TABLE.c.id, wanted, show)


def list_revisions(db: Database, caller: Caller, conversation_id: str) -> Sequence[Conversation]:
    """Every revision, the first one first."""
    with db.reading() as connection:
        row = visible_conversation(connection, caller, conversation_id)
        return [show(row, each) for each in revisions_in(history.stream(connection, conversation_id))]


def record_once(work: Work, body: ConversationIn) -> Shown:
    """Enters a conversation unless this request did so before. Returns what would be read of it."""
    made = work.new_id("cnv")
    before = work.made_before(made)
    return shown(_record(work, made, body)) if before is None else dict(recorded(work, before))


def record(work: Work, body: ConversationIn) -> str:
    """Enters a conversation as part of a larger write; returns its id."""
    made = work.new_id("cnv")
    _record(work, made, body)
    return made


def _record(work: Work, conversation_id: str, body: ConversationIn) -> Any:
    """Enters a conversation; returns its row as it would be read."""
    fields = body.model_dump(mode="json", exclude={"portfolio"})
    fields["consent_stated"] = "consent" in body.model_fields_set
    given = input_of(work, body.portfolio, fields, fields["external"])
    words = _words(fields)
    sealed = work.seal(**words)
    event = event_of(ConversationRecorded, work, given, _snapshot(given.customer), sealed.commitment)
    require_free(given.elsewhere, given.mentioned.taken)
    row = {
        "id": conversation_id,
        "portfolio": body.portfolio,
        **work.stamp("created"),
        **_as_it_is_now(work, event, sealed),
    }
    inserts = conversations.insert_first_revision(
        row, _who_was_there(work.caller.person, event), given.elsewhere
    )
    digest = work.record(event, conversation_id, sealed, inserts)
    return SimpleNamespace(**row, digest=digest, withdrawn_at=None, erased_at=None, words=words)


def _revise(work: Work, conversation_id: str, body: RevisionIn, *, is_ended: bool = False) -> str:
    """`is_ended`: a conversation that was withdrawn may be revised too."""
    row = visible_conversation(work.tx, work.caller, conversation_id)
    work.expect(etag(row.revision, row.digest))
    return revise(work, row, body, is_ended=is_ended)


def revise(work: Work, row: Row[Any], body: RevisionIn, *, is_ended: bool = False) -> str:
    """Revises a conversation as part of a larger write; returns its id."""
    require_not_erased(row)
    if not is_ended:
        _require_not_withdrawn(row)
    changes, before = corrected(body, ConversationIn), row.facts
    consent_stated = before.consent_stated or "consent" in changes
    sent = body_of(before, row.words)
    fields = {**sent, **changes, "consent_stated": consent_stated}
    given = input_of(work, row.portfolio, fields)
    snapshot = _snapshot(before if fields["customer"] == before.customer else given.customer)
    snapshot |= {name: changes[name] for name in snapshot if name in changes}
    words = {**_words(fields), "reason": body.reason}
    sealed = work.seal(**words)
    event = event_of(ConversationRevised, work, given, snapshot, sealed.commitment, before)
    if _words(fields) == _words(sent):
        event = structs.replace(event, reworded=False)
    replace_external_ids(work, "conversation", row.portfolio, row.id, row.words, words["external"])
    digest = work.record(event, row.id, sealed)
    work.update(TABLE, row.id, **_as_it_is_now(work, event, sealed), digest=digest)
    there = _who_was_there(row.created_by, event)
    conversations.add_attendance(work.tx, row.id, row.portfolio, event.segment, row.created_at, there)
    return str(row.id)


def _withdraw(work: Work, conversation_id: str, body: WithdrawIn) -> str:
    row = visible_conversation(work.tx, work.caller, conversation_id)
    require_not_erased(row)
    _require_not_withdrawn(row)
    stored = work.store_words(reason=body.reason)
    work.record(ConversationWithdrawn(stored.commitment), conversation_id, stored.id)
    work.update(TABLE, conversation_id, withdrawn_at=work.now)
    return conversation_id


def visible_conversation(connection: Connection, caller: Caller, conversation_id: str) -> Row[Any]:
    """The conversation's row, with its words."""
    return require_visible(
        conversations.find(connection, conversation_id, caller.portfolios), caller, no_conversation
    )


def require_not_erased(row: Row[Any]) -> None:
    """Refuses a conversation that was erased."""
    if row.erased_at is not None:
        raise Refused("conversation-erased", "The conversation was erased: only its tombstone stands.")


def _require_not_withdrawn(row: Row[Any]) -> None:
    if row.withdrawn_at is not None:
        raise Refused("already-withdrawn", "The conversation was withdrawn; record a new one.")


def _snapshot(customer: CurrentCustomer | ConversationFacts) -> dict[str, Any]:
    return {"segment": customer.segment, "relationship": customer.relationship}


def _words(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in SEALED}


def _as_it_is_now(work: Work, facts: ConversationFacts, sealed: StoredText) -> dict[str, Any]:
    """The columns that a revision changes, but for the digest of its event."""
    return {
        "customer": facts.customer,
        "kind": facts.kind,
        "held_at": facts.held_at,
        "facts": facts,
        "content": sealed.id,
        "revision": facts.revision,
        **work.stamp("revised"),
    }


def _who_was_there(author: str, facts: ConversationFacts) -> set[str]:
    return {author, *(attendee.person for attendee in facts.attendees)}


def recorded(work: Work, conversation_id: str) -> Conversation:
    """A conversation as the transaction of a write sees it."""
    return show(visible_conversation(work.tx, work.caller, conversation_id))
