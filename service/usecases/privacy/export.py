"""All data about a customer, in one document."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row

from schemas.citation import Answer, Shaped
from schemas.nouns import HeldVersion
from schemas.privacy import (
    CustomerExport,
    HeldCitation,
    HeldConversation,
    HeldEvent,
    HeldOutcome,
    HeldReview,
)
from service.domain.proof.reliance import relied_on
from service.domain.record.conversation import ConversationWithdrawn
from service.store.nouns import citations, concepts, conversations, outcomes, reviews
from service.store.reading import history, subject_data
from service.store.reading.customers_merged import mergings, part_of
from service.store.sql.engine import Database
from service.store.words import contents
from service.usecases.evidence.citation_views import answers_by_citation
from service.usecases.evidence.conversation_views import revisions_in, show
from service.usecases.registry import nouns
from service.usecases.registry.customers import CUSTOMER
from service.usecases.unit_of_work import Caller
from service.usecases.views import show_row


class Cited(NamedTuple):
    """Citations of the customer's conversations, and what is said of them elsewhere."""

    rows: Sequence[Row[Any]]
    keys: Mapping[str, str]
    """Keys of concepts by id; also of those whose reviews say to rest on the conversations."""
    named: Mapping[str, set[str]]
    """Conversations by the reviews that say to rest on them."""
    reasons: Mapping[str, str]
    """Why a citation was withdrawn."""
    answers: Mapping[str, list[Answer]]


def export_customer(db: Database, caller: Caller, key: str) -> CustomerExport:
    """Everything, also what consent withholds elsewhere: it is theirs."""
    with db.reading() as connection:
        row = nouns.find(connection, CUSTOMER, key, caller.portfolios)
        keys = part_of(connection, row.portfolio, key)
        talks = _conversations(connection, keys)
        cited = _cited(connection, row.portfolio, [talk.id for talk in talks])
        judged = outcomes.resting_on(connection, [talk.id for talk in talks])
        about = subject_data.events_about(connection, keys, _concepts(cited.rows), _concepts(judged))
        return CustomerExport(
            exported_at=caller.clock(),
            customer=nouns.show(CUSTOMER, row),
            versions=_versions(connection, about),
            conversations=[_conversation(connection, talk, cited) for talk in talks],
            reviews=list(_reviews(connection, cited, {talk.id for talk in talks})),
            outcomes=_outcomes(connection, judged, {talk.id for talk in talks}),
            events=[
                show_row(HeldEvent, each, chain=row.portfolio, position=each.seq, subject=each.stream)
                for each in sorted([*about, *_mergings(connection, row.portfolio, keys)], key=_position)
            ],
        )


def _position(event: Any) -> int:
    return int(event.seq)


def _mergings(connection: Connection, portfolio: str, keys: Sequence[str]) -> list[Any]:
    """The events by which these customers were merged."""
    every = mergings(connection, portfolio)
    return [each.row for each in every if {each.event.customer, each.event.into}.intersection(keys)]


def _concepts(rows: Iterable[Row[Any]]) -> dict[str, str]:
    """Concepts by id of what is on them."""
    return {row.id: row.concept for row in rows}


def _conversations(connection: Connection, customers: Sequence[str]) -> Sequence[Row[Any]]:
    column = conversations.conversations.c
    query = conversations.query().where(column.customer.in_(customers))
    return connection.execute(query.order_by(column.id)).all()


def _cited(connection: Connection, portfolio: str, talks: Sequence[str]) -> Cited:
    rows = citations.of_conversations(connection, talks)
    resting = history.reviews_resting_on(connection, portfolio, talks)
    at = _concepts(rows)
    ended = subject_data.withdrawals(connection, at)
    words = contents.words_of(connection, [event.content for event in ended])
    return Cited(
        rows,
        concepts.keys_of(connection, [*at.values(), *(entry.stream for entry in resting)]),
        {entry.event.review: set(talks).intersection(entry.event.conversations or ()) for entry in resting},
        {
            str(orjson.loads(event.data)["citation"]): words[event.content]["reason"]
            for event in ended
            if event.content in words
        },
        answers_by_citation(citations.answers_to(connection, at)),
    )


def _versions(connection: Connection, about: Iterable[Row[Any]]) -> list[HeldVersion]:
    entered = [event for event in about if event.type in subject_data.OF_CUSTOMERS]
    words = contents.words_of(connection, [event.content for event in entered])
    return [_version(event, words.get(event.content, {})) for event in entered]


def _version(event: Row[Any], words: Mapping[str, Any]) -> HeldVersion:
    """One version of a customer; each of its fields stands in the facts or in the words of its event."""
    entered = {"external": [], **orjson.loads(event.data), **words}
    entered |= {"at": event.at, "by": event.actor}
    return HeldVersion.model_validate({name: entered.get(name) for name in HeldVersion.model_fields})


def _conversation(connection: Connection, row: Row[Any], cited: Cited) -> HeldConversation:
    entries = history.stream(connection, row.id)
    ended = [each.words for each in entries if isinstance(each.event, ConversationWithdrawn) and each.words]
    return HeldConversation(
        id=row.id,
        revisions=[show(row, each, withholding=False) for each in revisions_in(entries)],
        withdrawn_because=ended[-1]["reason"] if ended else None,
        citations=[_citation(each, cited) for each in cited.rows if each.conversation == row.id],
    )


def _citation(row: Row[Any], cited: Cited) -> HeldCitation:
    words = row.words or {"shaped": None, "excerpt": None}
    return show_row(
        HeldCitation,
        row,
        concept=cited.keys[row.concept],
        shaped=Shaped(**words["shaped"]) if words["shaped"] else None,
        excerpt=words["excerpt"],
        withdrawn_because=cited.reasons.get(row.id),
        answers=cited.answers.get(row.id, []),
    )


def _reviews(connection: Connection, cited: Cited, talks: set[str]) -> Iterable[HeldReview]:
    conversations_of = {row.id: row.conversation for row in cited.rows}
    for row in reviews.on_concepts(connection, cited.keys):
        relied = talks & relied_on(orjson.loads(row.readiness), conversations_of)
        relied |= cited.named.get(row.id, set())
        if relied:
            concept = cited.keys[row.concept]
            yield show_row(HeldReview, row, concept=concept, conversations=sorted(relied))


def _outcomes(connection: Connection, rows: Sequence[Row[Any]], talks: set[str]) -> list[HeldOutcome]:
    keys = concepts.keys_of(connection, _concepts(rows).values())
    evidence = outcomes.evidence_of(connection, [row.id for row in rows])
    return [
        show_row(
            HeldOutcome,
            row,
            concept=keys[row.concept],
            rationale=(row.words or {}).get("rationale", ""),
            conversations=sorted(talks & {each.conversation for each in evidence[row.id]}),
        )
        for row in rows
    ]
