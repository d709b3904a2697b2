"""RFC 9457 problem details: the one shape of every error."""

from typing import NamedTuple

from schemas.base import Model
from schemas.bot_readiness import BotReadiness
from schemas.readiness import Readiness


class ProblemType(NamedTuple):
    """A kind of problem: its HTTP status, what it means, and what to do."""

    status: int
    title: str
    remedy: str


PROBLEMS = {
    "token-in-address": ProblemType(
        400,
        "A token does not belong in an address",
        "Revoke that token: addresses stand in logs and histories on the way. Send its successor in the"
        " header Authorization: Bearer.",
    ),
    "unauthorized": ProblemType(
        401,
        "A valid bearer token is needed",
        "Send the header Authorization: Bearer and your token. On /docs, press Authorize and paste it.",
    ),
    "forbidden": ProblemType(
        403,
        "This is for somebody else to do",
        "The problem names who may: ask them. A decision's owner answers its contradictions; somebody other"
        " than its requester decides a waiver.",
    ),
    "token-ended": ProblemType(
        409, "This token has ended", "It was revoked or is past its end. Ask an admin for a new one."
    ),
    "token-shown": ProblemType(
        409,
        "This token was shown before",
        "A token is in the answer to the first request only. If that got lost, revoke it and make another.",
    ),
    "secret-shown": ProblemType(
        409,
        "This secret was shown before",
        "A secret is in the answer to the first request only. If that got lost, rotate it, or make another.",
    ),
    "webhook-disabled": ProblemType(
        409, "This webhook is disabled", "Enable it first: PATCH it with enabled: true."
    ),
    "badge-revoked": ProblemType(
        409, "This badge was revoked before", "Nothing more is needed: it stays revoked."
    ),
    "not-found": ProblemType(
        404,
        "There is no such thing here",
        "Check the key or id in the address. What you may not see answers the same.",
    ),
    "method-not-allowed": ProblemType(
        405, "This address does not take this method", "Use one of the methods named in the Allow header."
    ),
    "key-taken": ProblemType(
        409,
        "This key is taken",
        "Choose another key: they are unique in the deployment.",
    ),
    "external-taken": ProblemType(
        409,
        "This id elsewhere is taken",
        "An id in another system is unique among the concepts of a portfolio, its customers or its"
        " conversations, and among all people. GET or PUT .../by-external/{system}/{id} finds what has it.",
    ),
    "already-cited": ProblemType(
        409,
        "This conversation is already cited for that",
        "Leave it at that, or withdraw the earlier citation first.",
    ),
    "already-answered": ProblemType(
        409,
        "This contradiction is already answered",
        "Answers are not edited. When the decision is restated, answer again for its new statement.",
    ),
    "already-withdrawn": ProblemType(
        409, "This was withdrawn before", "Nothing more is needed: it stays withdrawn."
    ),
    "already-waived": ProblemType(
        409,
        "This criterion is waived at this gate once",
        "Meet the criterion. A waiver of it was asked for or given before; what was rejected may be asked for"
        " again.",
    ),
    "debt-open": ProblemType(
        409,
        "What an earlier waiver promised is still owed",
        "Bring the evidence that is owed; then ask for another waiver if it is still needed.",
    ),
    "waiver-not-open": ProblemType(
        409,
        "This waiver is no longer open",
        "A waiver is approved or rejected once. What ended before that may be requested anew.",
    ),
    "waiver-not-active": ProblemType(
        409, "This waiver is not active", "Only an approved waiver that still holds can be revoked."
    ),
    "already-approved": ProblemType(
        409, "You said so before", "Your vote stands. It can be said again when it is outdated, or otherwise."
    ),
    "nothing-to-approve": ProblemType(
        409,
        "What you saw did not meet what the gate asks for",
        "Vote go once everything but the approvals is met. More support, later, never invalidates a vote.",
    ),
    "changed-since": ProblemType(
        409,
        "What you saw has changed since",
        "Read the verdict again; then vote on that, with its position.",
    ),
    "already-erased": ProblemType(
        409,
        "There is nothing left to erase",
        "Nothing more is needed. What can still be read are keys, refs and what verdicts were made of.",
    ),
    "conversation-erased": ProblemType(
        409,
        "This conversation was erased",
        "Use another one: nothing can be done any more with what was erased.",
    ),
    "conversation-withdrawn": ProblemType(
        409,
        "This conversation was withdrawn",
        "Cite another one: a withdrawn conversation counts for nothing.",
    ),
    "gate-not-ready": ProblemType(
        409,
        "The concept may not pass this gate yet",
        "Its field readiness is the whole verdict: each criterion in blocking says what is missing and what"
        " to do. Mostly: talk with customers, record and cite what they said, and ask again.",
    ),
    "gate-not-next": ProblemType(
        409, "Another gate comes first", "Decide the concept's next_gate; gates are passed in order."
    ),
    "hypothetical": ProblemType(
        409,
        "That is not how the concept stands",
        "Leave out process_version, position and as_of: with require=ready only the verdict of now, by the"
        " concept's own process version, is a pass.",
    ),
    "process-unchanged": ProblemType(
        409, "The concept goes by that version already", "Nothing more is needed, or name another version."
    ),
    "concept-killed": ProblemType(
        409,
        "The concept was killed",
        "Reopen it first: a review with outcome reopen, which names a conversation held since the kill.",
    ),
    "set-changed": ProblemType(
        409,
        "The set is not the one that was previewed",
        "Nothing was moved. Preview it again, look at what changed, and name the set that it answers.",
    ),
    "concept-not-killed": ProblemType(
        409, "The concept is not killed", "Only a killed concept can be reopened."
    ),
    "reopening-needs-conversation": ProblemType(
        409,
        "Nobody was heard since the kill",
        "Talk with a customer, record it, and name it in the review's conversations: one that the process"
        " counts, held after the kill. An admin may override, with a reason.",
    ),
    "not-launched": ProblemType(
        409,
        "The concept is not launched",
        "What became of a decision is told after the go at the gate that its process marks as the launch.",
    ),
    "all-gates-passed": ProblemType(
        409, "There is no gate left to pass", "Nothing more is needed; recycle leads back to a gate."
    ),
    "request-in-progress": ProblemType(
        409,
        "The first request with this key is still under way",
        "Wait as long as Retry-After says, then send the same request again.",
    ),
    "cursor-of-another-history": ProblemType(
        410,
        "Another history has taken the place of this one",
        "The service's database was restored, or failed over to a copy that lacks what you saw last. Begin"
        " again without the cursor. An event that you have is still so if its digest stands at its position.",
    ),
    "precondition-failed": ProblemType(
        412, "It has changed since you read it", "Read it again, look at what changed, and send its new ETag."
    ),
    "payload-too-large": ProblemType(413, "The body is too large", "Say it shorter, or in several requests."),
    "address-too-long": ProblemType(
        414, "The address is too long", "Take cursors and keys as they were given; 12 KiB hold any of them."
    ),
    "unsupported-media-type": ProblemType(
        415, "This kind of body is not understood", "Set Content-Type to what the operation takes."
    ),
    "invalid-request": ProblemType(
        422,
        "The request breaks a rule",
        "Each entry of errors names a field, the rule that it breaks, and the remedy.",
    ),
    "invalid-process": ProblemType(
        422,
        "The process breaks a rule",
        "Each entry of errors names the line, the rule and the remedy. /v1/process-schema helps your editor.",
    ),
    "idempotency-key-reused": ProblemType(
        422,
        "This Idempotency-Key was used for another request",
        "Send a new key, or exactly the request that came with it first.",
    ),
    "precondition-required": ProblemType(
        428, "Say which revision you are changing", "Read it, then send its ETag as If-Match."
    ),
    "too-many-requests": ProblemType(
        429,
        "Too many requests",
        "Wait as long as Retry-After says. The operator sets the limit; RateLimit tells what is left of it.",
    ),
    "headers-too-large": ProblemType(
        431, "The headers are too large", "Send fewer or shorter ones: 100 lines and 16 KiB at most."
    ),
    "internal-error": ProblemType(
        500,
        "Something went wrong on our side",
        "Nothing was half-written, so try again. If it stays, tell the operator the request_id.",
    ),
    "damaged": ProblemType(
        500,
        "What is stored here was altered",
        "Nothing was written. The operator runs `gateproof verify`, which says what was changed, and restores"
        " it from a backup.",
    ),
    "outcome-unknown": ProblemType(
        503,
        "It may have been written, or not",
        "Send the same request with the same Idempotency-Key again: it is done once, and answers what it did."
        " Without a key look whether what it makes or changes is there before you send it again.",
    ),
    "busy": ProblemType(503, "Too busy just now", "Wait as long as Retry-After says, then try again."),
    "clock-differs": ProblemType(
        503,
        "Two clocks are more than five minutes apart",
        "Nothing was written: instants of a wrong clock would stay. The operator sets the clock right, and"
        " restarts the service if it was this one that was wrong before. `gateproof doctor` compares clocks.",
    ),
    "unavailable": ProblemType(
        503,
        "The database is not there, or not ready",
        "Wait as long as Retry-After says. If it stays, the operator looks at `/readyz`, whose `reason` says"
        " what is wrong; docs/running.md says what to do.",
    ),
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
    request_id: str | None
    errors: tuple[FieldProblem, ...]
    readiness: Readiness | BotReadiness | None = None
    """When a gate refused: the whole verdict."""
    reason: str | None = None
    """When the service is unavailable: why, in a word for machines. There may be more of them one day."""
