"""Saying no, with the field, the rule and the remedy."""

from collections.abc import Callable

from schemas.bot_readiness import BotReadiness
from schemas.problem import PROBLEMS, FieldProblem, Problem
from schemas.readiness import Readiness
from service.domain.rules.review_outcomes import Objection


class Refused(Exception):
    """A request that is not carried out; nothing was written. `kind` is one of PROBLEMS."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *errors: FieldProblem,
        readiness: Readiness | BotReadiness | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.readiness = readiness
        self.retry_after = retry_after


Refusal = Callable[[], Refused]
"""Makes one. Raised itself, an exception that is kept would keep every frame it was raised through."""


def problem_of(refused: Refused, request_id: str | None = None) -> Problem:
    """What is said of it: as an answer, or of one item of an answer."""
    status, title, _ = PROBLEMS[refused.kind]
    return Problem(
        type=f"/problems/{refused.kind}",
        title=title,
        status=status,
        detail=refused.detail,
        request_id=request_id,
        errors=tuple(refused.errors),
        readiness=refused.readiness,
    )


def invalid(field: str, rule: str, remedy: str) -> Refused:
    """One field breaks a rule."""
    return Refused(
        "invalid-request",
        f"{field}: {rule}",
        FieldProblem(field=field, rule=rule, remedy=remedy),
    )


def objected(found: Objection, *more: Objection, readiness: Readiness | None = None) -> Refused:
    """What the rules object to."""
    errors = [FieldProblem(field=each.field, rule=each.rule, remedy=each.remedy) for each in (found, *more)]
    return Refused(found.kind, found.detail or f"{found.field}: {found.rule}", *errors, readiness=readiness)


def not_found(what: str) -> Refused:
    """The same answer whether it does not exist or may not be seen."""
    return Refused("not-found", f"There is no such {what}, or you may not see it.")


def no_concept() -> Refused:
    """An address names a concept that is not there, or may not be seen."""
    return not_found("concept")


def no_such_portfolio(field: str = "body.portfolio") -> Refused:
    """A body, or what else the field is of, names a portfolio that is not there, or may not be seen."""
    return invalid(field, "there is no such portfolio", "create it with POST /v1/portfolios")


def key_taken() -> Refused:
    """Keys are unique in the deployment; where this one stands is not said."""
    rule, remedy = "this key is taken", "choose another key"
    return Refused(
        "key-taken",
        "Keys are unique in this deployment and this one is taken.",
        FieldProblem(field="body.key", rule=rule, remedy=remedy),
    )


def external_taken(index: int) -> Refused:
    """An id elsewhere is unique in its portfolio, people's in the organisation. `index`: in `external`."""
    rule = "something else has this id, or it stands here twice"
    return Refused(
        "external-taken",
        "What is recorded has an id in another system once.",
        FieldProblem(
            field=f"body.external.{index}",
            rule=rule,
            remedy="leave it out, or PUT .../by-external/{system}/{id} to update what has it",
        ),
    )
