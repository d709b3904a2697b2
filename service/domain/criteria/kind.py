"""What makes a kind of criterion: every part has to be there, or the service does not start."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Struct

from schemas.process import Where
from schemas.readiness import CriterionResult
from service.domain.criteria.evidence import View
from service.domain.criteria.needs import Alternative, PlanContext
from service.domain.criteria.wording import Missing
from service.domain.facts.model import Facts


class Inputs(Struct, frozen=True, array_like=True, tag=True):
    """A criterion's inputs, whatever the instant: plain data, kept in snapshots. Each kind has its fields."""

    def themes(self) -> Iterable[str]:
        """The ids of the themes whose labels its entry may show."""
        return ()


class Count(NamedTuple):
    """The count of what a criterion asks for, and its evidence: indexes in the case's.

    `met_until` is the first instant at which it is not met by time alone: `as_of` when it is not met now.
    `changes_at`: what else time changes. `shown`: the fields of the entry that only some kinds fill.
    """

    required: int
    actual: int
    of: str
    evidence: list[int]
    met_until: datetime
    changes_at: tuple[datetime, ...] = ()
    shown: Mapping[str, Any] = MappingProxyType({})


class Traits(NamedTuple):
    """`ages`: conversations count for a while only, so that recent ones can be missing. `shows_themes`: its
    entry names a theme. `of_gate`: it is asked of the whole gate only. `where`: by an edition of the
    rules, the filters of every criterion of this kind, where they are not for the process to choose."""

    ages: bool
    shows_themes: bool = False
    of_gate: bool = False
    where: Callable[[int], Where] | None = None


C = TypeVar("C")
I = TypeVar("I", bound=Inputs)  # noqa: E741 - inputs


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[C, I]):
    """A kind of criterion, whole. `model` is the criterion in a process; `inputs` is what `weigh` brings for
    it and `count` counts at an instant; `say` and `remedy` are its sentences; `plan` tells what conversations
    would meet it."""

    name: str
    model: type[C]
    inputs: type[I]
    weigh: Callable[[C, View, Facts], I]
    count: Callable[[C, I, datetime], Count]
    say: Callable[[Count, Mapping[str, Any]], str]
    remedy: Callable[[Missing], str]
    plan: Callable[[C, str | None, CriterionResult, PlanContext], Sequence[Alternative]]
    traits: Traits
