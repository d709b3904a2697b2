"""Finding whatever is held about customers: their words, those written on their account, and events."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from service.domain.record.catalogue import of, with_words_of
from service.domain.record.citation import CitationAdmitted, CitationWithdrawn, SlipConfirmed
from service.domain.record.conversation import ConversationRecorded, ConversationRevised
from service.store.log.chains import chains, events
from service.store.nouns import outcomes
from service.store.nouns.citations import answers, citations
from service.store.nouns.conversations import conversations
from service.store.nouns.processes import process_versions
from service.store.nouns.themes import themes
from service.store.reading import leaps
from service.store.reading.log_pages import of_type
from service.store.reading.themes_merged import coded_themes, codings
from service.store.words.contents import erased

REVISIONS = (ConversationRecorded.type, ConversationRevised.type)
OF_CONVERSATIONS = with_words_of("conversation")
OF_CITATIONS = with_words_of("citation")
OF_OUTCOMES = with_words_of("outcome")
OF_CUSTOMERS = with_words_of("customer")

ConversationErasure = sa.Row[str, datetime | None]
"""A conversation's id, and when it was erased; None: it was not."""


class Written(NamedTuple):
    """Streams by content id, and what they were written for."""

    contents: dict[str, str]
    citations: dict[str, str]
    """Conversations by citation id."""
    concepts: set[str]
    answers: int
    outcomes: list[str]
    """Ids of the verdicts that rest on them."""


def of_customer(tx: sa.Connection, key: str) -> dict[str, str]:
    """Streams by content id: every version of its name, and the reasons."""
    return _contents(tx, [key], OF_CUSTOMERS)


def of_customers(tx: sa.Connection, keys: Sequence[str]) -> dict[str, str]:
    """Streams by content id: every version of the names of these, and the reasons."""
    return _contents(tx, keys, OF_CUSTOMERS)


def of_conversations(tx: sa.Connection, ids: Sequence[str]) -> Written:
    """Every revision and reason of these, and all citations, answers, withdrawals and outcomes of them."""
    words = _contents(tx, ids, OF_CONVERSATIONS)
    cited = tx.execute(sa.select(citations).where(citations.c.conversation.in_(ids))).all()
    by_citation = {row.id: row.conversation for row in cited}
    concepts = {row.id: row.concept for row in cited}
    answered = tx.execute(sa.select(answers).where(answers.c.citation.in_(list(by_citation)))).all()
    judged = outcomes.resting_on(tx, ids)
    words |= {row.content: row.concept for row in (*cited, *answered, *judged)}
    words |= {row.content: row.stream for row in (*withdrawals(tx, concepts), *confirmed(tx, concepts))}
    return Written(words, by_citation, set(concepts.values()), len(answered), [row.id for row in judged])


def recorded_words(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Conversations by the id of the content of each of their revisions."""
    return _contents(connection, ids, REVISIONS)


def with_participant(tx: sa.Connection, ids: Sequence[str], ref: str) -> list[str]:
    """The conversations, among these, in which the participant took part by any revision."""
    revisions = _revisions(tx, ids)
    return list(dict.fromkeys(stream for stream, facts in revisions if ref in facts["participants"]))


def of_customers_conversations(tx: sa.Connection, customers: Sequence[str]) -> Sequence[ConversationErasure]:
    """Id and erased_at of each conversation with these customers, in the order of recording."""
    return _erasures(tx, conversations.c.customer.in_(customers))


def held_before(
    tx: sa.Connection, portfolio: str, instant: datetime, limit: int | None = None
) -> Sequence[ConversationErasure]:
    """Talks that were held before an instant and are not erased yet, in the order of recording."""
    was_held = conversations.c.held_at < instant
    if ended := [end.seq for end in leaps.ends_of(tx, portfolio) if end.at < instant]:
        # What was recorded before a leap was ended was held before that, whenever it says.
        recorded = (events.c.stream == conversations.c.id) & (events.c.seq < max(ended))
        was_held |= sa.exists().where(recorded)
    matching = (conversations.c.portfolio == portfolio) & was_held
    return _erasures(tx, matching & erased.c.content.is_(None), limit)


def _erasures(tx: sa.Connection, matching: Any, limit: int | None = None) -> Sequence[ConversationErasure]:
    query = (
        sa.select(conversations.c.id, erased.c.erased_at)
        .outerjoin(erased, erased.c.content == conversations.c.content)
        .where(matching)
        .order_by(conversations.c.id)
        .limit(limit)
    )
    return tx.execute(query).all()


def themes_of(tx: sa.Connection, ids: Sequence[str]) -> set[str]:
    """The themes of these conversations, by any revision, and those that they were coded with."""
    recorded = {theme for _, facts in _revisions(tx, ids) for theme in facts["themes"]}
    portfolios = tx.execute(sa.select(conversations.c.portfolio).where(conversations.c.id.in_(ids)))
    for portfolio in set(portfolios.scalars()):
        recorded.update(*coded_themes(tx, portfolio, ids).values())
    return recorded


def _revisions(tx: sa.Connection, ids: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Every revision of these conversations, in order: its stream, and what is recorded of it."""
    query = sa.select(events.c.stream, events.c.data).order_by(events.c.seq)
    for row in tx.execute(query.where(events.c.stream.in_(ids), events.c.type.in_(REVISIONS))):
        yield row.stream, orjson.loads(row.data)


def voices_of(
    connection: sa.Connection, chain: int, ids: Collection[str], but: Collection[str]
) -> dict[str, str]:
    """For each of these themes that has one, a conversation of the chain that has it, whose words are there
    and which is not one of `but`."""
    voices: dict[str, str] = {}
    for type in REVISIONS if ids else ():
        for rows in of_type(connection, chain, type, 0):
            left = [id for id in ids if id not in voices]
            if not left:
                return voices
            others = [row for row in rows if row.stream not in but]
            named = {id: row.stream for row in others for id in left if id in row.data}
            gone = gone_among(connection, named.values())
            voices |= {id: stream for id, stream in named.items() if stream not in gone}
    return voices


def gone_among(connection: sa.Connection, streams: Iterable[str]) -> set[str]:
    """Those of these conversations that were erased."""
    query = sa.select(erased.c.stream).where(erased.c.stream.in_(list(streams)))
    return set(connection.execute(query).scalars())


def unused(tx: sa.Connection, portfolio: str, ids: Iterable[str], after: int = 0) -> set[str]:
    """The themes, among these, that no conversation of the portfolio has whose words are still there, by an
    event after this position."""
    left = set(ids)
    is_erased = sa.select(erased.c.content).where(erased.c.stream == events.c.stream).exists()
    query = (
        sa.select(events.c.data)
        .join(chains, chains.c.id == events.c.chain)
        .where(chains.c.key == portfolio, events.c.type.in_(REVISIONS), events.c.seq > after, ~is_erased)
    )
    for data in tx.execute(query).scalars() if left else ():
        left = {theme for theme in left if theme not in data}
    for coding in codings(tx, portfolio) if left else ():
        if coding.theme in left and not set(coding.conversations) <= gone_among(tx, coding.conversations):
            left.discard(coding.theme)
    return left


def contents_of_themes(tx: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """Theme ids by the id of the content that holds the label."""
    rows = tx.execute(sa.select(themes.c.content, themes.c.id).where(themes.c.id.in_(list(ids))))
    return {row.content: row.id for row in rows}


def labels_in_processes(tx: sa.Connection) -> set[str]:
    """The themes that published processes ask for: words of theirs."""
    documents = tx.execute(sa.select(process_versions.c.document)).scalars()
    return {label for document in documents for label in _labels(document)}


def _labels(document: Any) -> Iterable[str]:
    if isinstance(document, dict):
        asked = document.get("theme")
        yield from [asked] if isinstance(asked, str) else asked or ()
        document = list(document.values())
    for each in document if isinstance(document, list) else ():
        yield from _labels(each)


def _contents(tx: sa.Connection, streams: Collection[str], types: Sequence[str]) -> dict[str, str]:
    query = sa.select(events.c.content, events.c.stream).where(
        events.c.stream.in_(streams), events.c.type.in_(types), events.c.content.is_not(None)
    )
    return {row.content: row.stream for row in tx.execute(query)}


def withdrawals(tx: sa.Connection, concepts: Mapping[str, str]) -> list[sa.Row[Any]]:
    """The events by which these citations were withdrawn. `concepts`: ids by citation id."""
    return _on_concepts(tx, concepts, (CitationWithdrawn.type,), "citation")


def confirmed(connection: sa.Connection, concepts: Mapping[str, str]) -> list[sa.Row[Any]]:
    """The events by which these citations were admitted, or confirmed as slips. `concepts`: ids by citation
    id."""
    return _on_concepts(connection, concepts, (SlipConfirmed.type, CitationAdmitted.type), "citation")


def events_about(
    connection: sa.Connection,
    customers: Sequence[str],
    concepts: Mapping[str, str],
    judged: Mapping[str, str],
) -> list[sa.Row[Any]]:
    """Every event about these customers, their conversations, the citations of these, and the verdicts that
    rest on them, in order. `concepts`: ids by citation id; `judged`: by outcome id."""
    talks = sa.select(conversations.c.id).where(conversations.c.customer.in_(customers))
    is_theirs = events.c.stream.in_(customers) & events.c.type.in_(of("customer"))
    query = sa.select(events).where(is_theirs | events.c.stream.in_(talks))
    rows = [
        *connection.execute(query),
        *_on_concepts(connection, concepts, OF_CITATIONS, "citation"),
        *_on_concepts(connection, judged, OF_OUTCOMES, "outcome"),
    ]
    return sorted(rows, key=lambda row: int(row.seq))


def _on_concepts(
    connection: sa.Connection, concepts: Mapping[str, str], types: Sequence[str], name: str
) -> list[sa.Row[Any]]:
    """Events on concepts' streams about these things; `concepts`: ids by the id that the event names."""
    matching = events.c.stream.in_(set(concepts.values())) & events.c.type.in_(types)
    rows = connection.execute(sa.select(events).where(matching).order_by(events.c.seq))
    return [row for row in rows if orjson.loads(row.data)[name] in concepts]
