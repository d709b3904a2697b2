"""The examples of errors in the contract: answers of the service, word for word."""

from collections.abc import Iterable
from typing import Any

from schemas.base import Model
from schemas.problem import PROBLEMS, FieldProblem
from service.api.call import unsupported
from service.api.contract.verdict_example import VERDICT
from service.api.middleware.rate_limits import TOO_OFTEN
from service.api.middleware.request_limits import ADDRESS_TOO_LONG, HEADERS_TOO_LARGE, TOKEN_IN_ADDRESS
from service.api.problems import MEDIA_TYPE, WRONG
from service.usecases.errors import Refused, external_taken, invalid, key_taken, not_found, problem_of
from service.usecases.moves.bulk_moves import set_changed
from service.usecases.paging import bad_cursor

Responses = dict[int | str, dict[str, Any]]
OWN = ("unauthorized", "forbidden", "invalid-request")
OWN_OF_WRITES = (*OWN, "idempotency-key-reused")
ANYWHERE = ("token-in-address", "address-too-long", "headers-too-large")
ANY = (*ANYWHERE, "too-many-requests", "internal-error", "busy")
OTHER = {
    "other-anywhere": ANYWHERE,
    "other": ANY,
    "other-of-writes": ("payload-too-large", "unsupported-media-type", "request-in-progress", *ANY),
}

WITHDRAWN = {
    "citation": "The citation was withdrawn before.",
    "conversation": "The conversation was withdrawn; record a new one.",
}
NO_PARAMETERS = invalid("query", "has a parameter that is not known here", "known: none")
ANYTHING_ELSE = "Anything else, in the same shape"
BAD_CURSOR = bad_cursor()
VERDICT_SHOWN = {"blocked": {"$ref": "#/components/examples/verdict"}}


def missing(field: str) -> Refused:
    """Returns the refusal of a body that lacks this field."""
    return invalid(f"body.{field}", "this field is required", "add it")


def unknown(field: str) -> Refused:
    """Returns the refusal of a body that has this field, which it cannot have."""
    return invalid(f"body.{field}", "this field is not known here", "remove it, or check its spelling")


def errors(*kinds: str, wrong: Refused = NO_PARAMETERS, of: str = "thing") -> Responses:
    """Returns the problems of an operation that reads: `of` what, and how a request can be `wrong`."""
    return _responses((*kinds, *OWN), "other", wrong, of)


def write_errors(*kinds: str, wrong: Refused, of: str = "thing") -> Responses:
    """Returns the problems of an operation that writes."""
    return _responses((*kinds, *OWN_OF_WRITES), "other-of-writes", wrong, of)


def put_responses(model: type[Model], *kinds: str, wrong: Refused, of: str = "thing") -> Responses:
    """Returns the responses of a PUT by an id elsewhere, except 201."""
    known = {"model": model, "description": "As it is now; nothing was written if it was so already"}
    return {200: known, **write_errors(*kinds, wrong=wrong, of=of)}


def anywhere() -> Responses:
    """Returns the problems of every address, also where no token is needed."""
    return {"default": _shared_response("other-anywhere", ANYTHING_ELSE)}


def error(description: str, refused: Refused) -> dict[str, Any]:
    """Returns the response that documents one problem."""
    return _documented(description, {refused.kind: _example(refused)})


def _responses(own: Iterable[str], other: str, wrong: Refused, of: str) -> Responses:
    by_status: dict[int, list[str]] = {}
    for kind in own:
        by_status.setdefault(PROBLEMS[kind].status, []).append(kind)
    responses: Responses = {
        status: _response(kinds, wrong, of) for status, kinds in sorted(by_status.items())
    }
    return {**responses, "default": _shared_response(other, ANYTHING_ELSE)}


def _response(kinds: list[str], wrong: Refused, of: str) -> dict[str, Any]:
    if len(kinds) == 1 and _is_shared(kinds[0], wrong):
        return _shared_response(kinds[0], PROBLEMS[kinds[0]].title)
    shown = {
        kind: _shared_example(kind) if _is_shared(kind, wrong) else _example(_refused(kind, wrong, of))
        for kind in kinds
    }
    return _documented("; ".join(PROBLEMS[kind].title for kind in kinds), shown)


def _documented(description: str, shown: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": shown}
    return {"description": description, "content": {MEDIA_TYPE: content}}


def _is_shared(kind: str, wrong: Refused) -> bool:
    return kind in EXAMPLES and kind != wrong.kind


def _shared_response(name: str, description: str) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{name}", "description": description}


def _shared_example(kind: str) -> dict[str, Any]:
    return {"$ref": f"#/components/examples/{kind}"}


def _refused(kind: str, wrong: Refused, of: str) -> Refused:
    if kind == wrong.kind:
        return wrong
    if kind == "not-found":
        return not_found(of)
    return Refused(kind, WITHDRAWN[of])


def _example(refused: Refused) -> dict[str, Any]:
    problem = problem_of(refused, request_id="9f2c1e07a4d35b68")
    value = problem.model_dump(mode="json", exclude=None if problem.readiness else {"readiness"})
    return {"summary": problem.title, "value": value}


def _with_field(kind: str, detail: str, field: str, rule: str, remedy: str) -> Refused:
    return Refused(kind, detail, FieldProblem(field=field, rule=rule, remedy=remedy))


EXAMPLES = {
    refused.kind: refused
    for refused in (
        NO_PARAMETERS,
        TOKEN_IN_ADDRESS,
        ADDRESS_TOO_LONG,
        Refused("too-many-requests", TOO_OFTEN),
        HEADERS_TOO_LARGE,
        Refused("unauthorized", "The token is missing. Send Authorization: Bearer and your token."),
        _with_field(
            "forbidden",
            "This operation is for admin, gatekeeper; this token is for researcher.",
            "header.Authorization",
            "is for admin, gatekeeper; this token is for researcher",
            "ask one of them",
        ),
        Refused("token-ended", "The token was revoked, or is past its end."),
        Refused("token-shown", "It was shown to the first request with this key. Its id is tok_01KAN7Q."),
        Refused("secret-shown", "It was shown to the first request with this key. Its id is whk_01KAN7Q."),
        Refused("badge-revoked", "The badge was revoked before."),
        _with_field(
            "webhook-disabled",
            "Nothing is sent to a webhook that is disabled.",
            "path.webhook",
            "is disabled",
            "PATCH it with enabled: true first",
        ),
        key_taken(),
        external_taken(0),
        _with_field(
            "already-cited",
            "A conversation is cited once for a statement with a stance.",
            "body.conversation",
            "is cited for this statement with this stance already, as cit_001110-swap-02-problem",
            "withdraw that citation first, or leave it at that",
        ),
        Refused("already-answered", "It is answered for today's statement; answers are not edited."),
        _with_field(
            "already-waived",
            "body.criteria.0: is waived at this gate once, and wvr_01KAN7Q is that waiver",
            "body.criteria.0",
            "is waived at this gate once, and wvr_01KAN7Q is that waiver",
            "meet the criterion, or leave it out",
        ),
        _with_field(
            "waiver-not-open",
            "path.waiver: it is active, and no longer open",
            "path.waiver",
            "it is active, and no longer open",
            "if it is still needed, request another",
        ),
        _with_field(
            "waiver-not-active",
            "path.waiver: it is requested, and only an active waiver is revoked",
            "path.waiver",
            "it is requested, and only an active waiver is revoked",
            "leave it at that",
        ),
        _with_field(
            "already-approved",
            "body.vote: you said so before, as apr_01KAN7Q, and it still stands",
            "body.vote",
            "you said so before, as apr_01KAN7Q, and it still stands",
            "leave it at that, or vote otherwise",
        ),
        _with_field(
            "changed-since",
            "body.position: what you saw has changed since (CONTRADICTED)",
            "body.position",
            "what you saw has changed since (CONTRADICTED)",
            "read the verdict again, then vote on that",
        ),
        Refused("already-erased", "Nothing is left to erase: what stands are tombstones."),
        Refused("conversation-erased", "The conversation was erased: only its tombstone stands."),
        _with_field(
            "conversation-withdrawn",
            "The conversation was withdrawn.",
            "body.conversation",
            "a withdrawn conversation cannot be cited",
            "cite another one",
        ),
        Refused("gate-not-ready", "Gate G1: g1-problem-customers", readiness=VERDICT),
        _with_field(
            "gate-not-next", "body.gate: the next gate is G1", "body.gate", "the next gate is G1", "decide G1"
        ),
        _with_field(
            "concept-killed",
            "body.outcome: a killed concept is not reviewed",
            "body.outcome",
            "a killed concept is not reviewed",
            "reopen it first",
        ),
        _with_field(
            "concept-not-killed",
            "body.outcome: only a killed concept can be reopened",
            "body.outcome",
            "only a killed concept can be reopened",
            "decide its next gate",
        ),
        _with_field(
            "reopening-needs-conversation",
            "body.conversations: must name a conversation that counts, held after 2026-11-03T09:00:00+00:00",
            "body.conversations",
            "must name a conversation that counts, held after 2026-11-03T09:00:00+00:00",
            "talk with a customer, record it and name it; an admin may send an override with a reason",
        ),
        _with_field(
            "all-gates-passed",
            "body.gate: every gate has its go",
            "body.gate",
            "every gate has its go",
            "recycle to a gate, or kill",
        ),
        _with_field(
            "not-launched",
            "Nothing has held or failed to hold before the launch.",
            "path.concept",
            "is not launched",
            "pass G5 first",
        ),
        Refused("process-unchanged", "The concept goes by that version already."),
        set_changed(),
        Refused("request-in-progress", "Another writer took too long. Nothing was written; try again."),
        _with_field(
            "precondition-failed",
            "It has changed since you read it, or the ETag is not of this resource.",
            "header.If-Match",
            "must be the current ETag",
            "GET it again, look at what changed, and send the new ETag",
        ),
        Refused("payload-too-large", "body: must be no larger than 1 MiB", WRONG["payload-too-large"]),
        unsupported("application/json"),
        _with_field(
            "idempotency-key-reused",
            "The same Idempotency-Key stands for the same request only.",
            "header.Idempotency-Key",
            "this key came with another body before",
            "send a new key",
        ),
        _with_field(
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
SHARED: dict[str, dict[str, Any]] = {
    "examples": {
        "verdict": {"summary": "Blocked", "value": VERDICT.model_dump(mode="json")},
        **{kind: _example(refused) for kind, refused in EXAMPLES.items()},
    },
    "responses": {
        **{kind: _documented(PROBLEMS[kind].title, {kind: _shared_example(kind)}) for kind in EXAMPLES},
        **{
            name: _documented(ANYTHING_ELSE, {k: _shared_example(k) for k in kinds})
            for name, kinds in OTHER.items()
        },
    },
}
"""The components of the contract: examples and responses that many operations share."""
