"""The cache of answers to polls, each valid for the head of the log that it was worked out at.

The cache alone proves nothing: every poll reads the log's heads from the database first. While the
organisation's is what it was, no token was made, rotated or revoked; while the portfolio's is, only time
changes a verdict, and each answer knows until when it holds.
"""

from datetime import datetime
from typing import NamedTuple

from service.api.fast.verdict_bytes import CACHING, for_role, html_url_of, written
from service.api.middleware.security_headers import Headers, with_security_headers
from service.domain.facts.present import present
from service.domain.verdict.readiness import verdict
from service.store.sql.engine import Database
from service.usecases.access import Holder
from service.usecases.unit_of_work import BOT, Caller
from service.usecases.verdicts.polling import PendingSnapshot, Polled, Watermark, poll, poll_at

_CACHING = [(name.lower().encode(), value.encode()) for name, value in CACHING.items()]
_JSON = (b"content-type", b"application/json")


class CacheKey(NamedTuple):
    """The key of an answer: the concept, the shape (for bots or people), and the service's own address."""

    concept: str
    is_bot: bool
    scheme: str
    host: bytes


class CachedVerdict(NamedTuple):
    """The bytes and headers of a verdict, valid from `since` up to, and not at, `until` (None: for good)."""

    watermark: Watermark
    since: datetime
    until: datetime | None
    ready: bool
    etag: str
    tag: bytes
    body: bytes
    headers: Headers
    headers_unchanged: Headers

    def holds(self, now: datetime) -> bool:
        """True if time alone has not changed the verdict."""
        return self.since <= now and (self.until is None or now < self.until)


def answer_anew(
    db: Database, holder: Holder, key: CacheKey, base_url: str, now: datetime
) -> tuple[CachedVerdict, PendingSnapshot | None]:
    """Returns the answer of this instant, from the cache where that still holds; and the snapshot that is
    due, if any. May raise Refused."""
    caller = Caller(holder.person or BOT, lambda: now, holder.portfolios)
    cached: CachedVerdict | None = db.answers.get(key)
    holds = cached is not None and cached.holds(now)
    polled = poll(db, caller, key.concept, cached.watermark if cached is not None and holds else None)
    if cached is not None and polled.case is None:
        answer = cached._replace(watermark=polled.watermark)
    else:
        as_of = present(now, polled.watermark.latest)
        answer = _written(holder, polled, as_of, key, base_url)._replace(since=now)
    db.answers.put(key, answer, weight=len(answer.body))
    return answer, polled.pending


def answer_at(
    db: Database, holder: Holder, key: CacheKey, base_url: str, as_of: datetime
) -> tuple[CachedVerdict, PendingSnapshot | None] | None:
    """Returns the answer of another instant, and the snapshot that is due, if any; None: more was recorded
    since. May raise Refused."""
    caller = Caller(holder.person or BOT, lambda: as_of, holder.portfolios)
    polled = poll_at(db, caller, key.concept, as_of)
    return None if polled is None else (_written(holder, polled, as_of, key, base_url), polled.pending)


def _written(holder: Holder, polled: Polled, as_of: datetime, key: CacheKey, base_url: str) -> CachedVerdict:
    if polled.case is None or polled.process is None:
        raise LookupError("a concept has no events")
    readiness = verdict(polled.case, polled.process, as_of, html_url_of(base_url))
    body, etag = written(for_role(readiness, holder.role))
    tag = etag.encode()
    own = [*_CACHING, (b"etag", tag)]
    sized = [(b"content-length", b"%d" % len(body)), _JSON]
    return CachedVerdict(
        watermark=polled.watermark,
        since=as_of,
        until=readiness.next_change_at,
        ready=readiness.ready,
        etag=etag,
        tag=tag,
        body=body,
        headers=with_security_headers([*own, *sized], key.scheme),
        headers_unchanged=own,
    )
