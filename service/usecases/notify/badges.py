"""Badges: make, revoke, list; and the verdict behind one."""

from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.badge import Badge, BadgeIn, NewBadge
from schemas.page import Page
from schemas.readiness import Readiness
from service.domain.record.badge import BadgeCreated, BadgeRevoked
from service.store.nouns import badges, concepts
from service.store.sql.engine import Database
from service.store.words.secrets import keyed_hash, secret_for
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.errors import Refused, not_found, require
from service.usecases.paging import PageRequest, paged
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import VerdictQuery, judge, pinned
from service.usecases.verdicts.readiness import judged_by_asked
from service.usecases.views import show_row

no_badge = partial(not_found, "badge")
TABLE = badges.badges
RANDOM_BYTES = 32


class IssuedBadge(NamedTuple):
    """A new badge, and the token in its address."""

    badge: Badge
    token: str

    def at(self, base_url: str) -> NewBadge:
        """The new badge with the address of its picture."""
        return NewBadge(**self.badge.model_dump(), url=f"{base_url}/badges/{self.token}/badge.svg")


def create_badge(
    db: Database, caller: Caller, concept_key: str, body: BadgeIn, token: str | None = None
) -> IssuedBadge:
    """A new badge. Its address is in this answer and nowhere else."""
    token = token or token_urlsafe(RANDOM_BYTES)
    with work_on_concept(db, caller, concept_key) as (work, concept):
        judged_by_asked(db, work.tx, concept, VerdictQuery(gate=body.gate), path="body")
        id = work.once(lambda: _create(work, concept, body, token))
        row = _find(work.tx, concept, id)
        if row.hash != _hash(work.tx, token):
            raise Refused("secret-shown", f"It was shown to the first request with this key. Its id is {id}.")
        return IssuedBadge(_show(concept, row), token)


def revoke_badge(db: Database, caller: Caller, concept_key: str, id: str) -> Badge:
    """Its address shows nothing from now on."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        work.once(lambda: _revoke(work, _find(work.tx, concept, id)))
        return _show(concept, _find(work.tx, concept, id))


def list_badges(db: Database, caller: Caller, wanted: PageRequest, concept_key: str) -> Page[Badge]:
    """A concept's badges, those that were revoked among them."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        query, show = badges.query(concept.id), partial(_show, concept)
        return paged(connection, "badges", query, TABLE.c.id, wanted, show)


def read_badge(db: Database, token: str, now: datetime) -> tuple[str | None, Readiness]:
    """The gate that a badge names (None: the next one), and the verdict."""
    with db.reading() as connection:
        row = require(badges.by_hash(connection, _hash(connection, token)), no_badge)
        concept = require(concepts.on_its_way(connection, row.key), no_badge)
        by = pinned(db, connection, concept)
        return row.gate, judge(connection, by, concept, VerdictQuery(gate=row.gate), now)


def _create(work: Work, concept: Row[Any], body: BadgeIn, token: str) -> str:
    id = work.new_id("bdg")
    columns = {"id": id, "hash": _hash(work.tx, token), "concept": concept.id, **work.stamp("created")}
    work.enter(TABLE, BadgeCreated(badge=id, gate=body.gate), concept.id, **columns)
    return id


def _revoke(work: Work, row: Row[Any]) -> str:
    if row.revoked_at is not None:
        raise Refused("badge-revoked", "The badge was revoked before.")
    work.record(BadgeRevoked(badge=row.id), row.concept)
    work.update(TABLE, row.id, revoked_at=work.now)
    return str(row.id)


def _hash(connection: Connection, token: str) -> str:
    return keyed_hash(secret_for(connection, "tokens"), f"badge {token}")


def _find(connection: Connection, concept: Row[Any], id: str) -> Row[Any]:
    return require(badges.find(connection, concept.id, id), no_badge)


def _show(concept: Row[Any], row: Row[Any]) -> Badge:
    return show_row(Badge, row, concept=concept.key)
