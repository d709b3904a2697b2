"""Conversations: record, revise, withdraw, read. A revision never hides the one before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, update

from schemas.conversation import ConsentIn, Conversation, ConversationIn, RevisionIn, WithdrawIn
from schemas.page import Page
from service.domain.filters import fold_label
from service.domain.texts import alike, says_something, word_count
from service.store import conversations, customers, history, themes
from service.store.engine import Database
from service.store.people import any_is_colleague
from service.usecases.conversation_views import said_in, show
from service.usecases.customers import no_such_portfolio
from service.usecases.linking import linked
from service.usecases.paging import Wanted, paged
from service.usecases.people import require_people
from service.usecases.refused import Refused, invalid, not_found
from service.usecases.work import Caller, Work, join, seen, transaction, work_on

no_conversation = partial(not_found, "conversation")
CLOCK_DIFFERENCE = timedelta(minutes=5)
WORDS = ("summary", "quotes", "participants", "themes", "commitments", "past_spend", "external")
MAY_BE_UNKNOWN = {"duration_minutes", "conducted_by", "solution_shown", "past_spend"}


def record_conversation(db: Database, caller: Caller, body: ConversationIn) -> Conversation:
    """Record one talk. What does not count is stored all the same, and says why."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return recorded(work, work.once(lambda: record(work, body)))


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
    db: Database, caller: Caller, wanted: Wanted, portfolio: str | None, customer: str | None
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
        return [
            show(row, (event, words))
            for event, words in history.stream(connection, conversation_id)
            if event.type in ("conversation.recorded", "conversation.revised")
        ]


def record(work: Work, body: ConversationIn) -> str:
    """Enter a conversation as part of a larger write; its id."""
    conversation_id = work.new_id("cnv")
    customer = _customer(work, body.portfolio, body.customer)
    said = body.model_dump(mode="json", exclude={"portfolio"})
    snapshot = {"segment": customer.segment, "relationship": customer.relationship}
    facts, words = _facts(work, body.portfolio, 1, said, snapshot, before=None)
    _write(work, conversation_id, body.portfolio, facts, words, "conversation.recorded")
    return conversation_id


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
    given = _given(body)
    before = row.facts
    said = {**said_in(before, row.words), **given}
    customer = _customer(work, row.portfolio, said["customer"])
    snapshot = {"segment": before["segment"], "relationship": before["relationship"]}
    if said["customer"] != before["customer"]:
        snapshot = {"segment": customer.segment, "relationship": customer.relationship}
    snapshot |= {name: given[name] for name in snapshot if name in given}
    facts, words = _facts(work, row.portfolio, row.revision + 1, said, snapshot, before)
    words["reason"] = body.reason
    _write(work, row.id, row.portfolio, facts, words, "conversation.revised", row)
    return str(row.id)


def _given(body: RevisionIn) -> dict[str, Any]:
    """What the revision says; null says only that something is unknown after all."""
    said = body.model_dump(mode="json", include=body.model_fields_set - {"reason"})
    return {name: value for name, value in said.items() if value is not None or name in MAY_BE_UNKNOWN}


def _withdraw(work: Work, conversation_id: str, body: WithdrawIn) -> str:
    row = _require(work.tx, work.caller, conversation_id)
    require_not_erased(row)
    _require_not_withdrawn(row)
    kept = work.keep(reason=body.reason)
    work.record("conversation.withdrawn", conversation_id, {"commitment": kept.commitment}, kept.id)
    work.tx.execute(
        update(conversations.conversations)
        .where(conversations.conversations.c.id == conversation_id)
        .values(withdrawn_at=work.now)
    )
    return conversation_id


def _require(connection: Connection, caller: Caller, conversation_id: str) -> Row[Any]:
    return seen(conversations.find(connection, conversation_id), caller, no_conversation)


def require_not_erased(row: Row[Any]) -> None:
    """Nothing is done any more with what was erased."""
    if row.erased_at is not None:
        raise Refused("conversation-erased", "The conversation was erased: only its tombstone stands.")


def _require_not_withdrawn(row: Row[Any]) -> None:
    if row.withdrawn_at is not None:
        raise Refused("already-withdrawn", "The conversation was withdrawn; record a new one.")


def _customer(work: Work, portfolio: str, key: str) -> Row[Any]:
    customer = customers.standing(work.tx, key)
    if customer is None or customer.portfolio != portfolio:
        raise invalid(
            "body.customer",
            "the portfolio has no customer with this key",
            "create it first with POST /v1/customers",
        )
    return customer


def _facts(
    work: Work,
    portfolio: str,
    revision: int,
    said: dict[str, Any],
    snapshot: dict[str, Any],
    before: dict[str, Any] | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the verdict will see of a conversation, and, apart from it, the words."""
    _require_consistent(work, said)
    people = require_people(work.tx, "body.attendees", said["attendees"])
    known = before["attendees_ever"] if before else {}
    ever = {key: [people[key].function, people[key].leader] for key in said["attendees"]} | known
    labels = {fold_label(label): label for label in said["themes"]}
    ids = themes.ids_for(work.tx, portfolio, labels, work.now) if labels else {}
    words = {name: said[name] for name in WORDS}
    facts = {
        "revision": revision,
        "kind": said["kind"],
        "held_at": said["held_at"],
        "minutes": said["duration_minutes"],
        "words": word_count(said["summary"]),
        "customer": said["customer"],
        **snapshot,
        "participants": [each["ref"] for each in said["participants"]],
        "colleagues": any(each["colleague"] is not False for each in said["participants"])
        or any_is_colleague(work.tx, [each["ref"] for each in said["participants"]]),
        "attendees": [[key, *ever[key]] for key in dict.fromkeys(said["attendees"])],
        "attendees_ever": ever,  # so that leaving somebody out for a revision forgets nothing
        "conducted_by": said["conducted_by"],
        "solution_shown": said["solution_shown"],
        "quotes": len({alike(each["text"]) for each in said["quotes"] if says_something(each["text"])}),
        "themes": [ids[folded] for folded in labels],
        "commitments": sorted({each["kind"] for each in said["commitments"] if says_something(each["text"])}),
        "past_spend": says_something(said["past_spend"]),
        "consent": said["consent"],
    }
    return facts, words


def _require_consistent(work: Work, said: dict[str, Any]) -> None:
    latest = work.now + CLOCK_DIFFERENCE
    if datetime.fromisoformat(said["held_at"]) > latest:
        raise invalid(
            "body.held_at",
            "a conversation is recorded after it was held",
            f"give the instant at which it was held, {latest:%Y-%m-%dT%H:%M:%SZ} at the latest",
        )
    refs = [each["ref"] for each in said["participants"]]
    for index, ref in enumerate(refs):
        if ref in refs[:index]:
            raise invalid(f"body.participants.{index}.ref", "stands twice", "name each participant once")
    for index, quote in enumerate(said["quotes"]):
        if quote["participant"] is not None and quote["participant"] not in refs:
            raise invalid(
                f"body.quotes.{index}.participant",
                "is nobody among the participants",
                "use the ref of a participant, or leave it out",
            )


def _write(
    work: Work,
    conversation_id: str,
    portfolio: str,
    facts: dict[str, Any],
    words: dict[str, Any],
    type: str,
    before: Row[Any] | None = None,
) -> None:
    linked(work, "conversation", portfolio, conversation_id, before and before.words, words["external"])
    kept = work.keep(**words)
    facts["commitment"] = kept.commitment
    digest = work.record(type, conversation_id, facts, kept.id)
    now = {
        "customer": facts["customer"],
        "kind": facts["kind"],
        "held_at": datetime.fromisoformat(facts["held_at"]),
        "facts": facts,
        "digest": digest,
        "content": kept.id,
        "revision": facts["revision"],
        "revised_at": work.now,
        "revised_by": work.caller.person,
    }
    table = conversations.conversations
    if before is None:
        author, recorded_at = work.caller.person, work.now
        created = {"id": conversation_id, "created_at": recorded_at, "created_by": author}
        conversations.add(work.tx, portfolio=portfolio, **created, **now)
        note = conversations.attend
    else:
        author, recorded_at = before.created_by, before.created_at
        work.tx.execute(update(table).where(table.c.id == conversation_id).values(now))
        note = conversations.note_who_was_there
    there = {author, *(attendee[0] for attendee in facts["attendees"])}
    note(work.tx, conversation_id, portfolio, facts["segment"], recorded_at, there)


def recorded(work: Work, conversation_id: str) -> Conversation:
    """A conversation as it stands in the midst of a write."""
    return show(_require(work.tx, work.caller, conversation_id))
