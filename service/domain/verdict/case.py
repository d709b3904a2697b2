"""A case: a concept before a gate, by one process version, as far as time does not change it.

It is plain data, so that it can be kept as one row. What the process says is looked up there by key.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from schemas.conversation import Reason
from schemas.observation import Observation
from schemas.process import AskedDecision, Gate, Process
from schemas.readiness import Evidence, LeapSeen, Uncited
from schemas.vocabulary import Wording
from service.domain.criteria.admissible import Held
from service.domain.criteria.gaps import Gap
from service.domain.criteria.weighing import CriterionInputs
from service.domain.facts.waivers import ApprovedWaiver
from service.domain.verdict.debts import Debt


class StatedDecision(Struct, frozen=True, array_like=True):
    """A decision's wording, and who answers for it."""

    statement: str | None
    version: int
    owner: str
    wording_only: Wording | None


class DecisionInputs(Struct, frozen=True, array_like=True):
    """A decision as a gate asks for it and as it is stated (None: it is not), and its criteria's inputs."""

    gate: str
    key: str
    stated: StatedDecision | None
    criteria: tuple[CriterionInputs, ...]


class GateInputs(Struct, frozen=True, array_like=True):
    """The inputs of a verdict at one gate. `whole`: for the gate's own criteria. `skipped`: the earlier gates
    without a standing go, of so many that are `earlier`. `waivers`: by criterion. `debts`: of earlier gates.
    `evidence`: the citations that some criterion counts."""

    decisions: tuple[DecisionInputs, ...]
    whole: tuple[CriterionInputs, ...]
    earlier: int
    skipped: tuple[str, ...]
    waivers: dict[str, ApprovedWaiver]
    debts: tuple[Debt, ...]
    evidence: tuple[Evidence, ...]


class CriterionWindow(Struct, frozen=True, array_like=True, gc=False):
    """A criterion that counts citations, and how long after they were held; None: for good."""

    criterion: str
    window: timedelta | None


class CitationReasons(Struct, frozen=True, array_like=True):
    """A citation, every reason, age aside, for which it does not count, and what is missing for each."""

    citation: str
    conversation: str
    decision: str
    held: Held
    codes: tuple[Reason, ...]
    gaps: tuple[Gap, ...]


class NotCountedInputs(Struct, frozen=True, array_like=True):
    """Citations that may not count. In [since, until) none is early or old for any criterion. `windows`: of
    the criteria that look at a decision's citations, by decision; `others`: at those of any other. `telling`:
    whether it is told what is missing."""

    since: datetime
    until: datetime
    citations: tuple[CitationReasons, ...]
    windows: dict[str, tuple[CriterionWindow, ...]]
    others: tuple[CriterionWindow, ...]
    telling: bool

    def windows_of(self, citation: CitationReasons) -> Sequence[CriterionWindow]:
        """The windows of the criteria that look at this citation."""
        return self.windows.get(citation.decision, self.others)


class Case(Struct, frozen=True, array_like=True):
    """All that a verdict follows from but the instant. `process`: key, version and digest. `gate`: its key,
    as asked; None: there is none left. `inputs`: None where there is no such gate. `cited`: the conversations
    that were ever cited. `labels`: of the themes that it may show; they are words, and stored nowhere
    else."""

    concept: str
    portfolio: str
    process: tuple[str, int, str]
    gate: str | None
    position: int
    input_digest: str
    edition: int
    killed_at: datetime | None
    opens_at: datetime | None
    due_at: datetime | None
    uncited: tuple[Uncited, ...]
    uncited_count: int | None
    inputs: GateInputs | None
    not_counted: NotCountedInputs
    cited: frozenset[str]
    labels: dict[str, str | None]
    leaps: tuple[LeapSeen, ...]
    observations: tuple[Observation, ...]


def gate_of(process: Process, key: str | None) -> Gate | None:
    """The gate with this key; None: there is no such gate."""
    return next((gate for gate in process.gates if gate.key == key), None)


def asked_of(process: Process, inputs: DecisionInputs) -> AskedDecision:
    """The decision as its gate asks for it."""
    return next(
        decision
        for gate in process.gates
        if gate.key == inputs.gate
        for decision in gate.decisions
        if decision.key == inputs.key
    )
