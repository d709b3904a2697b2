"""What a detector is, and what it looks at: pure functions of the facts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from schemas.observation import ObservationCode, ObservationSubject
from schemas.process import Gate, Process
from service.domain.criteria.admissible import AssessedCitation
from service.domain.facts.model import Conversation, Facts
from service.domain.facts.progress import Progress


class Sight(NamedTuple):
    """What detectors look at. `cited`: every citation of the concept, assessed; `talks`: the conversations
    that count for some decision, age aside, in the order of recording; `asked`: the decisions that the gate
    asks for."""

    process: Process
    facts: Facts
    progress: Progress
    gate: Gate
    cited: Sequence[AssessedCitation]
    talks: Sequence[Conversation]
    asked: frozenset[str]

    @property
    def last_go(self) -> datetime | None:
        """The instant of the last go that stands."""
        return max(self.progress.passed.values(), default=None)


def sight_of(
    process: Process,
    facts: Facts,
    progress: Progress,
    gate: Gate,
    cited: Sequence[AssessedCitation],
    asked: Iterable[str],
) -> Sight:
    """What there is to see of a concept at this gate."""
    counting = {each.conversation.id: each.conversation for each in cited if not each.codes}
    talks = sorted(counting.values(), key=lambda talk: (talk.recorded_at, talk.id))
    return Sight(process, facts, progress, gate, cited, talks, frozenset(asked))


class Sighting(NamedTuple):
    """What a detector found: what is on record, about whom and what, and since when. The first conversation
    named is the one that it touches."""

    message: str
    about: ObservationSubject
    since: datetime


class Detector(NamedTuple):
    """A detector: its code, how it finds, and what is public of it."""

    code: ObservationCode
    find: Callable[[Sight], Iterable[Sighting]]
    remedy: str
    catches: str
    threshold: str = ""
    version: int = 1
    calibrated_on: str = "reasoned"
    false_alarms: str = "not measured"


def ids_of(talks: Iterable[Conversation]) -> list[str]:
    """The ids of conversations, in their order."""
    return [talk.id for talk in talks]


def about(**named: Iterable[str]) -> ObservationSubject:
    """What an observation is about, each named once, in order."""
    lists: Mapping[str, Any] = {name: list(dict.fromkeys(each)) for name, each in named.items()}
    return ObservationSubject(**lists)


def end_of(talk: Conversation) -> datetime:
    """When the conversation ended; one of unknown length when it began."""
    return talk.held_at + timedelta(minutes=talk.minutes or 0)


def overlap(one: Conversation, other: Conversation) -> bool:
    """Returns whether two conversations took place at the same time."""
    return one.held_at < end_of(other) and other.held_at < end_of(one)
