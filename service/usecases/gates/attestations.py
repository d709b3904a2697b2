"""The signed statement that a gate was passed: made with each accepted go under an enforcing process, in the
go's transaction."""

from functools import partial

from schemas.readiness import Readiness
from service.domain.proof.attestation import PAYLOAD_TYPE, PassedGate, statement
from service.store.nouns import concepts, reviews
from service.store.sql.engine import Database
from service.usecases.audit.signing import sign
from service.usecases.errors import not_found, require
from service.usecases.unit_of_work import Caller, Work, require_visible

no_attestation = partial(not_found, "attestation")


def attest(work: Work, verdict: Readiness, review_id: str) -> None:
    """Signs the statement of this go, and stores it with the review."""
    passed = PassedGate(review_id, [work.caller.person], work.now, enforced=True)
    envelope = sign(work.tx, PAYLOAD_TYPE, statement(verdict, passed))
    reviews.attest(work.tx, review_id, envelope.signatures[0].keyid, envelope.model_dump_json())


def get_attestation(db: Database, caller: Caller, concept_key: str, review_id: str) -> str:
    """The envelope of a go as JSON, byte for byte as it was signed."""
    with db.reading() as connection:
        concept = require_visible(concepts.on_its_way(connection, concept_key), caller, no_attestation)
        return require(reviews.attested(connection, concept.id, review_id), no_attestation)
