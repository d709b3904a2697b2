"""RFC 9457 problem details: the one shape of every error."""

from typing import NamedTuple

from schemas.base import Model
from schemas.readiness import Readiness


class Kind(NamedTuple):
    """A kind of problem: its HTTP status, and what it means in a few words."""

    status: int
    title: str


PROBLEMS = {
    "unauthorized": Kind(401, "A valid bearer token is needed"),
    "forbidden": Kind(403, "This is for somebody else to do"),
    "not-found": Kind(404, "There is no such thing here"),
    "method-not-allowed": Kind(405, "This address does not take this method"),
    "key-taken": Kind(409, "This key is taken"),
    "already-cited": Kind(409, "This conversation is already cited for that"),
    "already-answered": Kind(409, "This contradiction is already answered"),
    "already-withdrawn": Kind(409, "This was withdrawn before"),
    "conversation-withdrawn": Kind(409, "This conversation was withdrawn"),
    "gate-not-ready": Kind(409, "The concept may not pass this gate yet"),
    "gate-not-next": Kind(409, "Another gate comes first"),
    "concept-killed": Kind(409, "The concept was killed"),
    "concept-not-killed": Kind(409, "The concept is not killed"),
    "all-gates-passed": Kind(409, "There is no gate left to pass"),
    "request-in-progress": Kind(409, "The first request with this key is still under way"),
    "precondition-failed": Kind(412, "It has changed since you read it"),
    "payload-too-large": Kind(413, "The body is too large"),
    "unsupported-media-type": Kind(415, "This kind of body is not understood"),
    "invalid-request": Kind(422, "The request breaks a rule"),
    "invalid-process": Kind(422, "The process breaks a rule"),
    "idempotency-key-reused": Kind(422, "This Idempotency-Key was used for another request"),
    "precondition-required": Kind(428, "Say which revision you are changing"),
    "internal-error": Kind(500, "Something went wrong on our side"),
    "busy": Kind(503, "Too busy just now"),
}
"""Every kind of problem by its name, which is the end of its `type`."""


class FieldProblem(Model):
    """One field, the rule it breaks, and what to do. Never the value that was sent."""

    field: str
    """Where: body.held_at, query.as_of, path.decision, header.If-Match."""
    rule: str
    remedy: str
    line: int | None = None
    """In a process document: the line, counted from 1."""


class Problem(Model):
    """An error, with a stable type."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: tuple[FieldProblem, ...] = ()
    readiness: Readiness | None = None
    """When a gate refused: the whole verdict."""
