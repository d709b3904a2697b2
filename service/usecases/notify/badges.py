"""Badges: make, revoke, list; and the verdict behind one."""

from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, update

from schemas.badge import Badge, BadgeIn, NewBadge
from schemas.page import Page
from schemas.readiness import Readiness
from service.domain.record.badge import BadgeCreated, BadgeRevoked
from service.store.nouns import badges, concepts
from service.store.sql.engine import Database
from service.store.words.secrets import mark, secret_for
from service.usecases.concepts.concepts import locked_concept, seen_concept
from service.usecases.errors import Refused, no_concept, not_found
from service.usecases.paging import PageRequest, paged
from service.usecases.unit_of_work import Caller, Work, join, transaction
from service.usecases.verdicts.cases import VerdictQuery, judge, pinned
from service.usecases.verdicts.readiness import judged_by_asked

no_badge = partial(not_found, "badge")
TABLE = badges.badges
RANDOM_BYTES = 32


class IssuedBadge(NamedTuple):
    """A new badge, and the token in its address."""

    badge: Badge
    token: str

    def at(self, base_url: str) -> NewBadge:
        """With its address."""
        return NewBadge(**self.badge.model_dump(), url=f"{base_url}{path_of(self.token)}")


def path_of(token: str) -> str:
    """Where the picture is."""
    return f"/badges/{token}/badge.svg"


def create_badge(
    db: Database, caller: Caller, concept_key: str, body: BadgeIn, token: str | None = None
) -> IssuedBadge:
    """A new badge. Its address is in this answer and nowhere else."""
    token = token or token_urlsafe(RANDOM_BYTES)
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, no_concept)
        judged_by_asked(db, tx, concept, VerdictQuery(gate=body.gate), place="body")
        id = work.once(lambda: _create(work, concept, body, token))
        row = _require(tx, concept, id)
        if row.hash != _hash(tx, token):
            raise Refused("secret-shown", f"It was shown to the first request with this key. Its id is {id}.")
        return IssuedBadge(_show(concept, row), token)


def revoke_badge(db: Database, caller: Caller, concept_key: str, id: str) -> Badge:
    """Its address shows nothing from now on."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, no_concept)
        work.once(lambda: _revoke(work, _require(tx, concept, id)))
        return _show(concept, _require(tx, concept, id))


def list_badges(db: Database, caller: Caller, wanted: PageRequest, concept_key: str) -> Page[Badge]:
    """A concept's badges, those that were revoked among them."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        query = badges.query(concept.id)
        return paged(connection, "badges", query, TABLE.c.id, wanted, lambda row: _show(concept, row))


def read_badge(db: Database, token: str, now: datetime) -> tuple[str | None, Readiness]:
    """The gate that a badge names (None: the next one), and the verdict."""
    with db.reading() as connection:
        row = badges.by_hash(connection, _hash(connection, token))
        if row is None:
            raise no_badge()
        concept = concepts.on_its_way(connection, row.key)
        if concept is None:
            raise no_badge()
        by = pinned(db, connection, concept)
        return row.gate, judge(connection, by, concept, VerdictQuery(gate=row.gate), now)


def _create(work: Work, concept: Row[Any], body: BadgeIn, token: str) -> str:
    id = work.new_id("bdg")
    work.record(BadgeCreated(badge=id, gate=body.gate), concept.id)
    work.tx.execute(
        insert(TABLE).values(
            id=id,
            hash=_hash(work.tx, token),
            concept=concept.id,
            gate=body.gate,
            created_at=work.now,
            created_by=work.caller.person,
        )
    )
    return id


def _revoke(work: Work, row: Row[Any]) -> str:
    if row.revoked_at is not None:
        raise Refused("badge-revoked", "The badge was revoked before.")
    work.record(BadgeRevoked(badge=row.id), row.concept)
    work.tx.execute(update(TABLE).where(TABLE.c.id == row.id).values(revoked_at=work.now))
    return str(row.id)


def _hash(connection: Connection, token: str) -> str:
    return mark(secret_for(connection, "tokens"), f"badge {token}")


def _require(connection: Connection, concept: Row[Any], id: str) -> Row[Any]:
    row = badges.find(connection, concept.id, id)
    if row is None:
        raise no_badge()
    return row


def _show(concept: Row[Any], row: Row[Any]) -> Badge:
    return Badge(
        id=row.id,
        concept=concept.key,
        gate=row.gate,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_at=row.revoked_at,
    )
