"""Refusals: each names the field, the rule that it breaks, and the remedy."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from schemas.bot_readiness import BotReadiness
from schemas.problem import PROBLEMS, FieldProblem, Problem
from schemas.readiness import Readiness
from service.domain.rules.review_outcomes import Objection

T = TypeVar("T")


class Refused(Exception):
    """A request that is not carried out; nothing was written, unless that is unknown. `problem_type`: one of
    PROBLEMS."""

    def __init__(
        self,
        problem_type: str,
        detail: str,
        *errors: FieldProblem,
        readiness: Readiness | BotReadiness | None = None,
        reason: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(problem_type)
        self.problem_type = problem_type
        self.detail = detail
        self.errors = list(errors)
        self.readiness = readiness
        self.reason = reason
        self.retry_after = retry_after


RefusedFactory = Callable[[], Refused]
"""Makes a Refused. One that is kept and raised would keep every frame that it is raised through."""


def require(row: T | None, missing: RefusedFactory) -> T:
    """Returns the row that was looked up; refused where there is none."""
    if row is None:
        raise missing()
    return row


def problem_of(refusal: Refused, request_id: str | None = None) -> Problem:
    """Returns the problem document of a refusal: of a request, or of one item in bulk."""
    status, title, _ = PROBLEMS[refusal.problem_type]
    return Problem(
        type=f"/problems/{refusal.problem_type}",
        title=title,
        status=status,
        detail=refusal.detail,
        request_id=request_id,
        errors=tuple(refusal.errors),
        readiness=refusal.readiness,
        reason=refusal.reason,
    )


def refused_field(problem_type: str, detail: str, field: str, rule: str, remedy: str) -> Refused:
    """Returns a refusal because of one field; `detail` says why in a sentence."""
    return Refused(problem_type, detail, FieldProblem(field=field, rule=rule, remedy=remedy))


def invalid(field: str, rule: str, remedy: str) -> Refused:
    """Returns the refusal of a field that breaks a rule."""
    return refused_field("invalid-request", f"{field}: {rule}", field, rule, remedy)


def refused_by(first: Objection, *more: Objection, readiness: Readiness | None = None) -> Refused:
    """Returns the refusal that names these objections; its problem_type is that of the first."""
    errors = [FieldProblem(field=each.field, rule=each.rule, remedy=each.remedy) for each in (first, *more)]
    return Refused(
        first.problem_type, first.detail or f"{first.field}: {first.rule}", *errors, readiness=readiness
    )


def refuse_if(objection: Objection | None) -> None:
    """Raises a refusal if there is an objection."""
    if objection is not None:
        raise refused_by(objection)


def not_found(what: str) -> Refused:
    """Returns the refusal of what does not exist, or may not be seen: both answer alike."""
    return Refused("not-found", f"There is no such {what}, or you may not see it.")


no_concept = partial(not_found, "concept")


def no_such_portfolio(field: str = "body.portfolio") -> Refused:
    """A body, or what else the field is of, names a portfolio that is not there, or may not be seen."""
    return invalid(field, "there is no such portfolio", "create it with POST /v1/portfolios")


def key_taken() -> Refused:
    """Keys are unique in the deployment; where this one stands is not said."""
    detail = "Keys are unique in this deployment and this one is taken."
    return refused_field("key-taken", detail, "body.key", "this key is taken", "choose another key")


def external_taken(index: int) -> Refused:
    """An id elsewhere is unique in its portfolio, people's in the organisation. `index`: in `external`."""
    return refused_field(
        "external-taken",
        "What is recorded has an id in another system once.",
        f"body.external.{index}",
        "something else has this id, or it stands here twice",
        "leave it out, or PUT .../by-external/{system}/{id} to update what has it",
    )
