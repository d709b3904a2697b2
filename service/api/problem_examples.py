"""What errors look like in the contract: answers that the service gives, word for word."""

from collections.abc import Iterable
from typing import Any

from schemas.problem import PROBLEMS, FieldProblem, Problem
from service.api.call import unsupported
from service.api.problems import MEDIA_TYPE, WRONG
from service.api.verdict_example import VERDICT
from service.usecases.paging import bad_cursor
from service.usecases.refused import Refused, invalid, key_taken, not_found

Responses = dict[int | str, dict[str, Any]]
OWN = ("unauthorized", "invalid-request")
OWN_OF_WRITES = (*OWN, "idempotency-key-reused")
ANY = ("internal-error", "busy")
ANY_OF_WRITES = ("payload-too-large", "unsupported-media-type", "request-in-progress", *ANY)

NO_PARAMETERS = invalid("query", "has a parameter that is not known here", "known: none")
BAD_CURSOR = bad_cursor()


def missing(field: str) -> Refused:
    """A field that a body has to have."""
    return invalid(f"body.{field}", "this field is required", "add it")


def unknown(field: str) -> Refused:
    """A field that a body cannot have."""
    return invalid(f"body.{field}", "this field is not known here", "remove it, or check its spelling")


def errors(*kinds: str, wrong: Refused = NO_PARAMETERS, of: str = "thing") -> Responses:
    """The problems of an operation that reads: `of` what, and how a request can be `wrong`."""
    return _responses((*OWN, *kinds), ANY, wrong, of)


def write_errors(*kinds: str, wrong: Refused, of: str = "thing") -> Responses:
    """The problems of an operation that writes."""
    return _responses((*OWN_OF_WRITES, *kinds), ANY_OF_WRITES, wrong, of)


def _responses(own: Iterable[str], other: Iterable[str], wrong: Refused, of: str) -> Responses:
    by_status: dict[int, list[str]] = {}
    for kind in own:
        by_status.setdefault(PROBLEMS[kind].status, []).append(kind)
    said: Responses = {
        status: _response("; ".join(PROBLEMS[kind].title for kind in kinds), kinds, wrong, of)
        for status, kinds in sorted(by_status.items())
    }
    said["default"] = _response("Anything else, in the same shape.", list(other), wrong, of)
    return said


def _response(description: str, kinds: list[str], wrong: Refused, of: str) -> dict[str, Any]:
    shown = {kind: {"summary": PROBLEMS[kind].title, "value": _problem(kind, wrong, of)} for kind in kinds}
    content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if len(kinds) == 1:
        content["example"] = shown[kinds[0]]["value"]
    else:
        content["examples"] = shown
    return {"description": description, "content": {MEDIA_TYPE: content}}


def _problem(kind: str, wrong: Refused, of: str) -> dict[str, Any]:
    refused = wrong if kind == wrong.kind else _refused(kind, of)
    status, title, _ = PROBLEMS[kind]
    problem = Problem(
        type=f"/problems/{kind}",
        title=title,
        status=status,
        detail=refused.detail,
        request_id="9f2c1e07a4d35b68",
        errors=tuple(refused.errors),
        readiness=refused.readiness,
    )
    return problem.model_dump(mode="json", exclude=None if problem.readiness else {"readiness"})


def _refused(kind: str, of: str) -> Refused:
    if kind == "not-found":
        return not_found(of)
    if kind == "already-withdrawn":
        return Refused(kind, f"The {of} was withdrawn before.")
    return SAID[kind]


def _said(kind: str, detail: str, field: str, rule: str, remedy: str) -> Refused:
    return Refused(kind, detail, FieldProblem(field=field, rule=rule, remedy=remedy))


SAID = {
    refused.kind: refused
    for refused in (
        NO_PARAMETERS,
        Refused("unauthorized", "The token is missing. Send Authorization: Bearer and your token."),
        _said(
            "forbidden",
            "Only the decision's owner answers a contradiction.",
            "body.answer",
            "the decision's owner answers, and that is yuki",
            "ask yuki, or hand the decision over by naming another owner",
        ),
        key_taken(),
        _said(
            "already-cited",
            "A conversation is cited once for a statement with a stance.",
            "body.conversation",
            "is cited for this statement with this stance already, as cit_001110-swap-02-problem",
            "withdraw that citation first, or leave it at that",
        ),
        Refused("already-answered", "It is answered for today's statement; answers are not edited."),
        _said(
            "conversation-withdrawn",
            "The conversation was withdrawn.",
            "body.conversation",
            "a withdrawn conversation cannot be cited",
            "cite another one",
        ),
        Refused("gate-not-ready", "Gate G1: g1-problem-customers", readiness=VERDICT),
        _said(
            "gate-not-next", "body.gate: the next gate is G1", "body.gate", "the next gate is G1", "decide G1"
        ),
        _said(
            "concept-killed",
            "body.outcome: a killed concept is not reviewed",
            "body.outcome",
            "a killed concept is not reviewed",
            "reopen it first",
        ),
        _said(
            "concept-not-killed",
            "body.outcome: only a killed concept can be reopened",
            "body.outcome",
            "only a killed concept can be reopened",
            "decide its next gate",
        ),
        _said(
            "all-gates-passed",
            "body.gate: every gate has its go",
            "body.gate",
            "every gate has its go",
            "recycle to a gate, or kill",
        ),
        Refused("request-in-progress", "Another writer took too long. Nothing was written; try again."),
        _said(
            "precondition-failed",
            "It has changed since you read it, or the ETag is not of this resource.",
            "header.If-Match",
            "must be the current ETag",
            "GET it again, look at what changed, and send the new ETag",
        ),
        Refused("payload-too-large", "body: must be no larger than 1 MiB", WRONG["payload-too-large"]),
        unsupported("application/json"),
        _said(
            "idempotency-key-reused",
            "The same Idempotency-Key stands for the same request only.",
            "header.Idempotency-Key",
            "this key came with another body before",
            "send a new key",
        ),
        _said(
            "precondition-required",
            "Changing what exists needs If-Match with the ETag you read.",
            "header.If-Match",
            "is required here",
            "GET it, then send its ETag",
        ),
        Refused("internal-error", "It is logged under this request's id. Nothing was half-written."),
        Refused("busy", "Another writer took too long. Nothing was written; try again."),
    )
}
