"""Reading one chain from end to end: is each event what was recorded, in its place, with its words?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Row

from service.domain.record.catalogue import ERASURES
from service.domain.record.citation import CitationMade
from service.domain.record.leap import LeapEnded
from service.domain.record.portfolio import PortfolioCreated
from service.domain.record.process import ProcessPublished
from service.domain.record.signing_key import SigningKeyCreated
from service.store.log.chains import BEGINNING, ORGANISATION, event_digest
from service.store.reading import raw_log
from service.store.reading.subject_data import OF_CITATIONS, OF_CONVERSATIONS, OF_CUSTOMERS, OF_OUTCOMES
from service.store.sql.columns import EPOCH, MICROSECOND
from service.store.sql.keyring import Damaged, Keyring, WrongKey
from service.store.words.contents import unsealed
from service.usecases.verification.findings import Findings
from service.usecases.verification.run import Run

Exported = dict[int, set[str]]
"""The digests that exported heads name, by position."""
Subject = tuple[str, str]
"""A customer or a conversation: which of the two, and its stream."""
Version = tuple[str, int]
"""A process: its key and the number of the version."""


@dataclass
class Walk:
    """The state of reading a chain: how far it was read, and what its events have said so far."""

    chain: str
    keyring: Keyring
    findings: Findings
    exported: Exported
    events: int = 0
    seq: int = 0
    at: int = 0
    digest: str | None = BEGINNING
    """Of the last event; None: unknown, because an event is missing or unreadable."""
    tombstones: dict[int, int] = field(default_factory=dict)
    """Tombstones whose erasure was not read yet: the first position that each took words of, by instant."""
    cited: dict[str, str] = field(default_factory=dict)
    """Conversations by citation, where the citation's words are gone."""
    erased: set[Subject] = field(default_factory=set)
    """The customers and conversations whose erasure was read."""
    awaiting_erasure: dict[Subject, int] = field(default_factory=dict)
    """Whose words are gone, though no erasure of theirs was read yet: the first position of each."""
    outcomes_awaiting_erasure: dict[int, set[Subject]] = field(default_factory=dict)
    """By position, the conversations on which an outcome rests whose words are gone: the erasure of any of
    them explains it."""
    portfolios: set[str] = field(default_factory=set)
    processes: dict[Version, tuple[str, int]] = field(default_factory=dict)
    """Digest and position of each that was published."""
    keys: set[str] = field(default_factory=set)
    """The ids of the signing keys that were made."""


def walk(run: Run, id: int, chain: str, exported: Exported) -> Walk:
    """Reads the chain from its first event to its last, some events at a time."""
    done = Walk(chain, run.db.keyring, run.findings, exported)
    for head, rows in raw_log.read(run.connection, id):
        for row in rows:
            _step(done, row)
        run.progress(f"{chain}: {done.events:,} events read")
        if not rows:
            _end(done, head)
    return done


def _step(done: Walk, row: Row[Any]) -> None:
    done.events += 1
    if not isinstance(row.seq, int):
        done.findings.add("OUT_OF_ORDER", done.chain)
        return
    data = _data(row)
    _check_order(done, row)
    if data is None or not _follows(done.digest, row, data):
        done.findings.add("CHANGED", done.chain, row.seq)
    done.digest = row.digest if isinstance(row.digest, str) else None
    if done.exported.pop(row.seq, {row.digest}) != {row.digest}:
        done.findings.add("HEAD_MISMATCH", done.chain, row.seq)
    if data is not None:
        _check_words(done, row, data)
        _note_recorded(done, row, data)


def _data(row: Row[Any]) -> dict[str, Any] | None:
    """The event's data; None unless it is JSON as this service writes it, to the byte."""
    try:
        data = orjson.loads(row.data)
        is_ours = isinstance(data, dict) and orjson.dumps(data).decode() == row.data
    except (TypeError, ValueError):
        return None
    return data if is_ours else None


def _check_order(done: Walk, row: Row[Any]) -> None:
    if row.seq > done.seq + 1:
        done.findings.add("MISSING", done.chain, done.seq + 1)
        done.digest = None
    elif row.seq <= done.seq or not isinstance(row.at, int) or _is_early(done, row):
        done.findings.add("OUT_OF_ORDER", done.chain, row.seq)
    done.seq = max(done.seq, row.seq)
    done.at = row.at if isinstance(row.at, int) else done.at


def _is_early(done: Walk, row: Row[Any]) -> bool:
    """Returns whether an event's instant is before the last one's: only the end of a leap's may be."""
    return bool(row.at < done.at) and row.type != LeapEnded.type


def _follows(before: str | None, row: Row[Any], data: dict[str, Any]) -> bool:
    if before is None:
        return True
    try:
        at = EPOCH + row.at * MICROSECOND
        digest = event_digest(before, row.seq, at, row.type, row.stream, row.actor, data)
    except (TypeError, ValueError, ArithmeticError):
        return False
    return digest == str(row.digest)


def _check_words(done: Walk, row: Row[Any], data: dict[str, Any]) -> None:
    """An event and its words name each other; words are gone only where an erasure says so."""
    commitment = data.get("commitment")
    if row.content is None and commitment is None:
        return
    if row.content is not None and row.erased_at is not None:
        _check_tombstone(done, row, data)
        if row.sealed is not None:
            done.findings.add("ERASED_WORDS_PRESENT", done.chain, row.seq)
    elif row.content is None or row.sealed is None:
        done.findings.add("WORDS_MISSING", done.chain, row.seq)
    elif _commitment(done.keyring, row) != commitment:
        done.findings.add("WORDS_CHANGED", done.chain, row.seq)


def _check_tombstone(done: Walk, row: Row[Any], data: dict[str, Any]) -> None:
    """An erasure takes the words of its customer and conversations along, and no others."""
    done.tombstones.setdefault(row.erased_at, row.seq)
    if row.type in OF_OUTCOMES:
        done.outcomes_awaiting_erasure[row.seq] = set(_rests_on(data))
        return
    subject = _subject(done, row, data)
    if subject is None:
        done.findings.add("WORDS_MISSING", done.chain, row.seq)
    elif subject not in done.erased:
        done.awaiting_erasure.setdefault(subject, row.seq)


def _subject(done: Walk, row: Row[Any], data: dict[str, Any]) -> Subject | None:
    """Whose erasure may have taken these words; None: nobody's, they are the team's own."""
    if row.type in OF_CUSTOMERS:
        return "customer", row.stream
    if row.type in OF_CONVERSATIONS:
        return "conversation", row.stream
    if row.type not in OF_CITATIONS:
        return None
    citation = str(data.get("citation"))
    if row.type == CitationMade.type:
        done.cited[citation] = str(data.get("conversation"))
    conversation = done.cited.get(citation)
    return None if conversation is None else ("conversation", conversation)


def _rests_on(data: dict[str, Any]) -> Iterator[Subject]:
    """The conversations that a verdict rests on; somebody may have meddled with what names them."""
    evidence = data.get("evidence")
    for each in evidence if isinstance(evidence, list) else ():
        if isinstance(each, dict):
            yield "conversation", str(each.get("conversation"))


def _commitment(keyring: Keyring, row: Row[Any]) -> str | None:
    try:
        return unsealed(keyring, row.content, row.wrapped_key, row.sealed).commitment()
    except (WrongKey, Damaged, TypeError, ValueError, AttributeError):
        return None


def _note_recorded(done: Walk, row: Row[Any], data: dict[str, Any]) -> None:
    if row.type in ERASURES:
        _note_erasure(done, row, data)
    if done.chain == ORGANISATION:
        if row.type == PortfolioCreated.type:
            done.portfolios.add(str(data.get("key")))
        if row.type == SigningKeyCreated.type:
            done.keys.add(str(data.get("key")))
        if row.type == ProcessPublished.type:
            done.processes[str(data.get("key")), data.get("version", 0)] = str(data.get("digest")), row.seq
    elif data.get("portfolio", done.chain) != done.chain:
        done.findings.add("WRONG_CHAIN", done.chain, row.seq)


def _note_erasure(done: Walk, row: Row[Any], data: dict[str, Any]) -> None:
    done.tombstones.pop(row.at, None)
    if data.get("participant") is None:
        subject = ERASURES[row.type], row.stream
        done.erased.add(subject)
        done.awaiting_erasure.pop(subject, None)


def _end(done: Walk, head: Row[Any] | None) -> None:
    """The chain's own row, erasures that never were, and what exported heads still ask for."""
    if head is None:
        done.findings.add("CHAIN_MISSING", done.chain)
    elif isinstance(head.seq, int) and head.seq > done.seq:
        done.findings.add("TAIL_CUT", done.chain, done.seq + 1)
    elif tuple(head) != (done.seq, done.at, done.digest):
        done.findings.add("CHAIN_ROW_CHANGED", done.chain)
    unexplained = (
        seq for seq, rests_on in done.outcomes_awaiting_erasure.items() if done.erased.isdisjoint(rests_on)
    )
    for position in sorted({*done.tombstones.values(), *done.awaiting_erasure.values(), *unexplained}):
        done.findings.add("WORDS_MISSING", done.chain, position)
    for position in sorted(done.exported):
        done.findings.add("TAIL_CUT" if position > done.seq else "HEAD_MISMATCH", done.chain, position)
