"""Is a go's attestation there, signed by a key that signed then, and the one of this go?"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row

from schemas.audit import Envelope, FindingCode
from schemas.readiness import Readiness
from service.domain.proof import dsse
from service.domain.proof.attestation import PAYLOAD_TYPE, PassedGate, statement
from service.domain.record.event import LogEntry
from service.domain.record.review import ReviewDecided, ReviewFacts
from service.domain.record.signing_key import SigningKeyCreated
from service.store.log import signing_keys
from service.store.log.chains import ORGANISATION
from service.store.reading import leaps, raw_reviews
from service.usecases.audit.signing import STREAM
from service.usecases.verification.events import entry_of

# A go may begin before a key is replaced and be signed after it, or on a machine whose clock is a little off.
LEEWAY = timedelta(minutes=5)


class KeyTerm(NamedTuple):
    """The time in which a signing key signed, by the log; None: without a bound."""

    pem: str
    since: datetime | None
    until: datetime | None

    def holds(self, instant: datetime) -> bool:
        """Returns whether the key signed at this instant, give or take LEEWAY."""
        is_early = self.since is not None and instant < self.since - LEEWAY
        return not is_early and (self.until is None or instant <= self.until + LEEWAY)


class SigningKeys(NamedTuple):
    """The keys that the log speaks of. `first_at`: since then every go is attested; None: no key was made."""

    terms: Mapping[str, KeyTerm]
    first_at: datetime | None


def signing_keys_of(connection: Connection) -> SigningKeys:
    """The keys that stand here and that the organisation's chain says were made, each with its term.

    The first has no beginning: what it was made for may have been recorded by another clock.
    """
    pems = signing_keys.pems(connection)
    rows = raw_reviews.signing_key_events(connection, STREAM, SigningKeyCreated.type)
    ends = leaps.ends_of(connection, ORGANISATION)
    made: list[LogEntry[SigningKeyCreated]] = [
        entry._replace(at=leaps.dated(ends, entry.seq, entry.at)) for row in rows if (entry := entry_of(row))
    ]
    terms: dict[str, KeyTerm] = {}
    for entry in made:
        key, before = entry.event.key, entry.event.replaces
        if before in terms:
            terms[before] = terms[before]._replace(until=entry.at)
        if key in pems:
            terms[key] = KeyTerm(pems[key], entry.at if before else None, None)
    return SigningKeys(terms, made[0].at if made else None)


def objection(
    keys: SigningKeys,
    entry: LogEntry[ReviewFacts],
    at: datetime,
    row: Row[Any],
    verdicts: Iterable[Readiness],
) -> FindingCode | None:
    """Returns what is wrong with a review's attestation; None: nothing. `at`: when it was signed, which a
    clock that was ahead may have dated otherwise. `verdicts`: those that it may attest."""
    is_attested = row.attested is not None
    if not _is_to_be_attested(entry.event):
        return "ATTESTATION_UNKNOWN" if is_attested else None
    if not is_attested:
        is_older = keys.first_at is None or at < keys.first_at
        return None if is_older else "ATTESTATION_MISSING"
    payload = _payload(keys, at, row)
    if payload is None:
        return "ATTESTATION_CHANGED"
    passed = PassedGate(row.id, [entry.actor], entry.at, enforced=True)
    of_this = any(payload == dsse.encode(statement(verdict, passed)) for verdict in verdicts)
    return None if of_this else "ATTESTATION_OF_ANOTHER"


def _is_to_be_attested(review: ReviewFacts) -> bool:
    """Returns whether it is a go that was accepted under a process that enforces its gates."""
    return isinstance(review, ReviewDecided) and review.outcome == "go" and review.enforced


def _payload(keys: SigningKeys, at: datetime, row: Row[Any]) -> bytes | None:
    """The signed payload; None unless a key of that time signed it and the row names that key."""

    def verified(key: str, message: bytes, signature: bytes) -> bool:
        term = keys.terms.get(key)
        is_good = term is not None and key == row.signed_by and term.holds(at)
        return term is not None and is_good and signing_keys.is_signed(term.pem, message, signature)

    try:
        envelope = Envelope.model_validate(orjson.loads(row.envelope))
    except (TypeError, ValueError):
        return None
    return dsse.payload_of(envelope, PAYLOAD_TYPE, verified)
