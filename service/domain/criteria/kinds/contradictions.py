"""Each citation that contradicts or is mixed has a written answer by the decision's owner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.process import Contradictions
from schemas.vocabulary import AGAINST
from service.domain.criteria.admissible import AssessedCitation
from service.domain.criteria.evidence import View
from service.domain.criteria.intervals import FOREVER
from service.domain.criteria.kind import Count, Inputs, Kind, Traits
from service.domain.criteria.needs import not_plannable
from service.domain.criteria.wording import Missing, plural
from service.domain.facts.model import Facts


class ContradictionsInputs(Inputs, frozen=True):
    """`answered`: indexes in the case's evidence; `unanswered`: citations. They neither age away nor vanish
    by withdrawal: each is answered for today's statement."""

    answered: tuple[int, ...]
    unanswered: tuple[str, ...]


def _weigh(_: Contradictions, view: View, facts: Facts) -> ContradictionsInputs:
    against = [
        assessed
        for assessed in view.own
        if assessed.citation.stance in AGAINST
        and assessed.citation.slip is None
        and not assessed.conversation.erased
    ]
    return ContradictionsInputs(
        tuple(view.pool.index_of(each, FOREVER) for each in against if _is_answered(each, facts)),
        tuple(each.citation.id for each in against if not _is_answered(each, facts)),
    )


def _is_answered(assessed: AssessedCitation, facts: Facts) -> bool:
    citation = assessed.citation
    return (citation.id, facts.decisions[citation.decision].version) in facts.answered


def _count(_: Contradictions, inputs: ContradictionsInputs, as_of: datetime) -> Count:
    answered, unanswered = inputs.answered, inputs.unanswered
    return Count(
        required=len(answered) + len(unanswered),
        actual=len(answered),
        of="answers",
        evidence=list(answered),
        met_until=as_of if unanswered else FOREVER,
        shown={"unanswered": list(unanswered)},
    )


def _say(count: Count, _: Mapping[str, Any]) -> str:
    if not count.required:
        return "Nothing cited contradicts."
    return f"{count.actual} of {plural(count.required, 'answers')} to what contradicts or is mixed."


def _remedy(_: Missing) -> str:
    return "The decision's owner answers each citation listed under unanswered."


KIND = Kind(
    name="contradictions",
    model=Contradictions,
    inputs=ContradictionsInputs,
    weigh=_weigh,
    count=_count,
    say=_say,
    remedy=_remedy,
    plan=not_plannable,
    traits=Traits(ages=False),
)
