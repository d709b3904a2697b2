"""At least so many independent gatekeepers say go, on what stands now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.process import Approvals
from schemas.readiness import ApprovalSeen
from service.domain.criteria.evidence import View
from service.domain.criteria.intervals import FOREVER
from service.domain.criteria.kind import Count, Inputs, Kind, Traits
from service.domain.criteria.needs import not_plannable
from service.domain.criteria.wording import Missing, plural
from service.domain.facts.approvals import counted, last_words
from service.domain.facts.model import Facts


class ApprovalsInputs(Inputs, frozen=True):
    """Each gatekeeper's last word, and how many count. They do not age: only changes outdate them."""

    words: tuple[ApprovalSeen, ...]
    agreed: int


def _weigh(criterion: Approvals, view: View, facts: Facts) -> ApprovalsInputs:
    words = last_words(facts, view.gate)
    return ApprovalsInputs(tuple(words), counted(criterion, words, facts))


def _count(criterion: Approvals, inputs: ApprovalsInputs, as_of: datetime) -> Count:
    required = criterion.approvals
    return Count(
        required=required,
        actual=inputs.agreed,
        of="approvals",
        evidence=[],
        met_until=FOREVER if inputs.agreed >= required else as_of,
        shown={"approvals": list(inputs.words)},
    )


def _say(count: Count, _: Mapping[str, Any]) -> str:
    return f"{count.actual} of {plural(count.required, 'approvals')} by independent gatekeepers."


def _remedy(deficit: Missing) -> str:
    return (
        f"Ask {plural(deficit.missing, 'gatekeepers')} who neither recorded nor cited the evidence"
        " nor stated a decision; one of them with a recent talk of their own, where the process says so."
    )


KIND = Kind(
    name="approvals",
    model=Approvals,
    inputs=ApprovalsInputs,
    weigh=_weigh,
    count=_count,
    say=_say,
    remedy=_remedy,
    plan=not_plannable,
    traits=Traits(ages=False, of_gate=True),
)
