"""What polls are answered with, kept under the positions of the log on which it rests.

Nothing here is believed: every poll reads those positions from the database first. While the organisation's
is where it was, no token was made, rotated or revoked; while the portfolio's is, only time changes a verdict,
and each answer knows until when it holds.
"""

from datetime import datetime
from typing import NamedTuple

from service.api.fast.verdict_bytes import CACHING, for_role, home_of, written
from service.api.middleware.security_headers import dressed
from service.domain.facts.present import present
from service.domain.verdict.readiness import verdict
from service.store.sql.engine import Database
from service.usecases.access import Holder
from service.usecases.unit_of_work import BOT, Caller
from service.usecases.verdicts.polling import PendingSnapshot, Polled, Watermark, poll, poll_at

Headers = list[tuple[bytes, bytes]]

_CACHING = [(name.lower().encode(), value.encode()) for name, value in CACHING.items()]
_JSON = (b"content-type", b"application/json")


class Place(NamedTuple):
    """Which answer: of this concept, in the shape for bots or for people, at this address of ours."""

    concept: str
    is_bot: bool
    scheme: str
    host: bytes


class Answer(NamedTuple):
    """A verdict as it goes out from `since` up to, and not at, `until` (None: for good)."""

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
        """Whether time left it as it is."""
        return self.since <= now and (self.until is None or now < self.until)


def answer_anew(
    db: Database, holder: Holder, place: Place, base_url: str, now: datetime
) -> tuple[Answer, PendingSnapshot | None]:
    """What is answered now, the answer kept so far where it still holds; and the snapshot that is due, if
    any. May raise Refused."""
    caller = Caller(holder.person or BOT, lambda: now, holder.portfolios)
    kept: Answer | None = db.answers.get(place)
    holds = kept is not None and kept.holds(now)
    polled = poll(db, caller, place.concept, kept.watermark if kept is not None and holds else None)
    if kept is not None and polled.case is None:
        answer = kept._replace(watermark=polled.watermark)
    else:
        as_of = present(now, polled.watermark.latest)
        answer = _written(holder, polled, as_of, place, base_url)._replace(since=now)
    db.answers.put(place, answer, weight=len(answer.body))
    return answer, polled.pending


def answer_at(
    db: Database, holder: Holder, place: Place, base_url: str, as_of: datetime
) -> tuple[Answer, PendingSnapshot | None] | None:
    """What is answered of an instant, worked out for it, and the snapshot that is due, if any; None: more was
    recorded since. May raise Refused."""
    caller = Caller(holder.person or BOT, lambda: as_of, holder.portfolios)
    polled = poll_at(db, caller, place.concept, as_of)
    return None if polled is None else (_written(holder, polled, as_of, place, base_url), polled.pending)


def _written(holder: Holder, polled: Polled, as_of: datetime, place: Place, base_url: str) -> Answer:
    if polled.case is None or polled.process is None:
        raise LookupError("a concept has no events")
    said = verdict(polled.case, polled.process, as_of, home_of(base_url))
    body, etag = written(for_role(said, holder.role))
    tag = etag.encode()
    own = [*_CACHING, (b"etag", tag)]
    sized = [(b"content-length", b"%d" % len(body)), _JSON]
    return Answer(
        watermark=polled.watermark,
        since=as_of,
        until=said.next_change_at,
        ready=said.ready,
        etag=etag,
        tag=tag,
        body=body,
        headers=dressed([*own, *sized], place.scheme),
        headers_unchanged=own,
    )
