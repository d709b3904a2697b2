"""The examples of errors in the contract: answers of the service, word for word."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.base import Model
from schemas.problem import PROBLEMS
from service.api.call import unsupported
from service.api.contract.verdict_example import VERDICT
from service.api.database_refusals import FAULT, OUTCOME_UNKNOWN, busy, clock_differs
from service.api.middleware.rate_limits import TOO_OFTEN
from service.api.middleware.request_limits import ADDRESS_TOO_LONG, HEADERS_TOO_LARGE, TOKEN_IN_ADDRESS
from service.api.permissions import forbidden
from service.api.problems import MEDIA_TYPE, WRONG
from service.clock import ClockDiffers
from service.domain.rules.review_outcomes import KILLED, NOT_KILLED, Objection
from service.store.sql.faults import Busy
from service.usecases.errors import (
    Refused,
    external_taken,
    invalid,
    key_taken,
    not_found,
    problem_of,
    refused_by,
)
from service.usecases.moves.bulk_moves import set_changed
from service.usecases.moves.move import unchanged
from service.usecases.notify.deliveries import webhook_disabled
from service.usecases.paging import bad_cursor, cursor_of_another_history
from service.usecases.privacy.erasure import already_erased
from service.usecases.unit_of_work import etag_missing, etag_outdated, in_progress, key_reused

Responses = dict[int | str, dict[str, Any]]
OWN = ("unauthorized", "forbidden", "invalid-request")
OWN_OF_WRITES = (*OWN, "idempotency-key-reused")
ANYWHERE = ("token-in-address", "address-too-long", "headers-too-large")
ANY = (*ANYWHERE, "too-many-requests", "internal-error", "busy")
OTHER = {
    "other-anywhere": ANYWHERE,
    "other": ANY,
    "other-of-writes": (
        *("payload-too-large", "unsupported-media-type", "request-in-progress", "outcome-unknown"),
        *ANY,
        "clock-differs",
    ),
}

WITHDRAWN = {
    "citation": "The citation was withdrawn before.",
    "conversation": "The conversation was withdrawn; record a new one.",
}
_LEAPED = datetime(2027, 12, 27, 9, tzinfo=UTC)
NO_PARAMETERS = invalid("query", "has a parameter that is not known here", "known: none")
ANYTHING_ELSE = "Anything else, in the same shape"
VERDICT_SHOWN = {"blocked": {"$ref": "#/components/examples/verdict"}}


def missing(field: str) -> Refused:
    """Returns the refusal of a body that lacks this field."""
    return invalid(f"body.{field}", "this field is required", "add it")


def unknown(field: str) -> Refused:
    """Returns the refusal of a body that has this field, which it cannot have."""
    return invalid(f"body.{field}", "this field is not known here", "remove it, or check its spelling")


def malformed(field: str, rule: str) -> Refused:
    """Returns the refusal of a field that is not of its type, or out of range."""
    return invalid(field, rule, "correct it; /docs shows what is expected")


def errors(*problem_types: str, wrong: Refused = NO_PARAMETERS, of: str = "") -> Responses:
    """Returns the problems of an operation that reads. `of`: what may be not found; `wrong`: an invalid
    request."""
    return _responses((*_absent(of), *problem_types, *OWN), "other", wrong, of)


def list_errors(of: str = "") -> Responses:
    """Returns the problems of an operation that reads a page of a list."""
    return errors(wrong=bad_cursor(), of=of)


def ask_errors(*problem_types: str, wrong: Refused, of: str = "") -> Responses:
    """Returns the problems of an operation that reads what a body asks for."""
    return errors(*problem_types, "payload-too-large", "unsupported-media-type", wrong=wrong, of=of)


def write_errors(*problem_types: str, wrong: Refused, of: str = "") -> Responses:
    """Returns the problems of an operation that writes."""
    return _responses((*_absent(of), *problem_types, *OWN_OF_WRITES), "other-of-writes", wrong, of)


def change_errors(*problem_types: str, wrong: Refused, of: str) -> Responses:
    """Returns the problems of an operation that changes what exists, and needs If-Match."""
    return write_errors(*problem_types, "precondition-failed", "precondition-required", wrong=wrong, of=of)


def put_responses(model: type[Model], *problem_types: str, wrong: Refused, of: str = "") -> Responses:
    """Returns the responses of a PUT by an id elsewhere, except 201. `of`: what may be withdrawn."""
    known = {"model": model, "description": "As it is now; nothing was written if it was so already"}
    own = (*problem_types, "precondition-failed", *OWN_OF_WRITES)
    return {200: known, **_responses(own, "other-of-writes", wrong, of)}


def anywhere() -> Responses:
    """Returns the problems of every address, also where no token is needed."""
    return {"default": _shared_response("other-anywhere", ANYTHING_ELSE)}


def error(description: str, refused: Refused) -> dict[str, Any]:
    """Returns the response that documents one problem."""
    return _documented(description, {refused.problem_type: _example(refused)})


def _absent(of: str) -> tuple[str, ...]:
    return ("not-found",) if of else ()


def _responses(own: Iterable[str], other: str, wrong: Refused, of: str) -> Responses:
    by_status: dict[int, list[str]] = {}
    for problem_type in own:
        by_status.setdefault(PROBLEMS[problem_type].status, []).append(problem_type)
    responses: Responses = {
        status: _response(problem_types, wrong, of) for status, problem_types in sorted(by_status.items())
    }
    return {**responses, "default": _shared_response(other, ANYTHING_ELSE)}


def _response(problem_types: list[str], wrong: Refused, of: str) -> dict[str, Any]:
    if len(problem_types) == 1 and _is_shared(problem_types[0], wrong):
        return _shared_response(problem_types[0], PROBLEMS[problem_types[0]].title)
    shown = {
        problem_type: _shared_example(problem_type)
        if _is_shared(problem_type, wrong)
        else _example(_refused(problem_type, wrong, of))
        for problem_type in problem_types
    }
    return _documented("; ".join(PROBLEMS[problem_type].title for problem_type in problem_types), shown)


def _documented(description: str, shown: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": shown}
    return {"description": description, "content": {MEDIA_TYPE: content}}


def _is_shared(problem_type: str, wrong: Refused) -> bool:
    return problem_type in EXAMPLES and problem_type != wrong.problem_type


def _shared_response(name: str, description: str) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{name}", "description": description}


def _shared_example(problem_type: str) -> dict[str, Any]:
    return {"$ref": f"#/components/examples/{problem_type}"}


def _refused(problem_type: str, wrong: Refused, of: str) -> Refused:
    if problem_type == wrong.problem_type:
        return wrong
    if problem_type == "not-found":
        return not_found(of)
    return Refused(problem_type, WITHDRAWN[of])


def _example(refused: Refused) -> dict[str, Any]:
    problem = problem_of(refused, request_id="9f2c1e07a4d35b68")
    absent = {name for name in ("readiness", "reason") if getattr(problem, name) is None}
    value = problem.model_dump(mode="json", exclude=absent)
    return {"summary": problem.title, "value": value}


EXAMPLES = {
    each.problem_type: refused_by(each) if isinstance(each, Objection) else each
    for each in (
        NO_PARAMETERS,
        TOKEN_IN_ADDRESS,
        ADDRESS_TOO_LONG,
        Refused("too-many-requests", TOO_OFTEN),
        HEADERS_TOO_LARGE,
        Refused("unauthorized", "The token is missing. Send Authorization: Bearer and your token."),
        forbidden("is for admin, gatekeeper; this token is for researcher", "ask one of them"),
        Refused("token-ended", "The token was revoked, or is past its end."),
        Refused("token-shown", "It was shown to the first request with this key. Its id is tok_01KAN7Q."),
        Refused("secret-shown", "It was shown to the first request with this key. Its id is whk_01KAN7Q."),
        Refused("badge-revoked", "The badge was revoked before."),
        webhook_disabled(),
        key_taken(),
        external_taken(0),
        Objection(
            "already-cited",
            "body.conversation",
            "is cited for this statement with this stance already, as cit_001110-swap-02-problem",
            "withdraw that citation first, or leave it at that",
            "A conversation is cited once for a statement with a stance.",
        ),
        Refused("already-answered", "It is answered for today's statement; answers are not edited."),
        Objection(
            "already-waived",
            "body.criteria.0",
            "is waived at this gate once, and wvr_01KAN7Q is that waiver",
            "meet the criterion, or leave it out",
        ),
        Objection(
            "debt-open",
            "body.criteria",
            "problem: G1 was passed on wvr_01KAN7Q, which is not paid yet",
            "bring what is owed first: g1-problem-customers",
        ),
        Objection(
            "waiver-not-open",
            "path.waiver",
            "it is active, and no longer open",
            "if it is still needed, request another",
        ),
        Objection(
            "waiver-not-active",
            "path.waiver",
            "it is requested, and only an active waiver is revoked",
            "leave it at that",
        ),
        Objection(
            "already-approved",
            "body.vote",
            "you said so before, as apr_01KAN7Q, and it still stands",
            "leave it at that, or vote otherwise",
        ),
        Objection(
            "nothing-to-approve",
            "body.vote",
            "what you saw did not meet g3-problem-customers",
            "vote go once everything but the approvals is met; a no_go needs nothing",
        ),
        Objection(
            "changed-since",
            "body.position",
            "what you saw has changed since (CONTRADICTED)",
            "read the verdict again, then vote on that",
        ),
        already_erased(),
        Refused("conversation-erased", "The conversation was erased: only its tombstone stands."),
        Objection(
            "conversation-withdrawn",
            "body.conversation",
            "a withdrawn conversation cannot be cited",
            "cite another one",
            "The conversation was withdrawn.",
        ),
        Refused("gate-not-ready", "Gate G1: g1-problem-customers", readiness=VERDICT),
        Objection("hypothetical", "query.process_version", "the concept goes by version 2", "leave it out"),
        Objection("gate-not-next", "body.gate", "the next gate is G1", "decide G1"),
        KILLED,
        NOT_KILLED,
        Objection(
            "reopening-needs-conversation",
            "body.conversations",
            "must name a conversation that counts, held after 2026-11-03T09:00:00+00:00",
            "talk with a customer, record it and name it; an admin may send an override with a reason",
        ),
        Objection("all-gates-passed", "body.gate", "every gate has its go", "recycle to a gate, or kill"),
        Objection(
            "not-launched",
            "path.concept",
            "is not launched",
            "pass G5 first",
            "Nothing has held or failed to hold before the launch.",
        ),
        unchanged(),
        set_changed(),
        in_progress(Busy()),
        etag_outdated(),
        Refused("payload-too-large", "body: must be no larger than 1 MiB", WRONG["payload-too-large"]),
        unsupported("application/json"),
        cursor_of_another_history(),
        key_reused(),
        etag_missing(),
        FAULT,
        busy(Busy(), is_unwritten=True),
        OUTCOME_UNKNOWN,
        clock_differs(ClockDiffers(_LEAPED, _LEAPED - timedelta(days=400), "the database's")),
    )
}
SHARED: dict[str, dict[str, Any]] = {
    "examples": {
        "verdict": {"summary": "Blocked", "value": VERDICT.model_dump(mode="json")},
        **{problem_type: _example(refused) for problem_type, refused in EXAMPLES.items()},
    },
    "responses": {
        **{
            problem_type: _documented(
                PROBLEMS[problem_type].title, {problem_type: _shared_example(problem_type)}
            )
            for problem_type in EXAMPLES
        },
        **{
            name: _documented(ANYTHING_ELSE, {k: _shared_example(k) for k in problem_types})
            for name, problem_types in OTHER.items()
        },
    },
}
"""The components of the contract: examples and responses that many operations share."""
