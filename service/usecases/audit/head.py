"""The signed head of the log: how far every chain is."""

from sqlalchemy import select

from schemas.audit import Envelope
from service.clock import Clock
from service.domain.proof import audit_head
from service.domain.proof.audit_head import ChainHead
from service.store.log.chains import chains
from service.store.sql.engine import Database
from service.usecases.audit.signing import sign


def head(db: Database, clock: Clock) -> Envelope:
    """The signed document that says how far every chain is at this instant."""
    with db.reading() as connection:
        query = select(chains.c.key, chains.c.seq, chains.c.digest, chains.c.at)
        heads = [ChainHead(*row) for row in connection.execute(query)]
        return sign(connection, audit_head.PAYLOAD_TYPE, audit_head.document(heads, clock()))
