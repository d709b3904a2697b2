"""What does not count and why, so that nobody has to guess; and when age will change that."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.conversation import Reason
from schemas.process import Approvals, Contradictions, Criterion
from schemas.readiness import NotCounted
from service.domain.criteria.admissible import ENDED, MESSAGES, OF_AGE, Standing
from service.domain.criteria.filters import Scope, window_of
from service.domain.criteria.intervals import ALWAYS, FOREVER
from service.domain.criteria.weighing import where_of
from service.domain.verdict.evaluation import Bench

OVER = {rule.code for rule in ENDED}
AGELESS = (Contradictions, Approvals)
"""Criteria that count no citation for a while only."""


class Looker(NamedTuple):
    """A criterion that counts citations, and how long it counts each after it was held."""

    criterion: str
    window: timedelta | None


class Looking(NamedTuple):
    """Those that look at a citation, and for how long each may count it."""

    lookers: Sequence[Looker]
    windows: Collection[timedelta]

    @classmethod
    def by(cls, lookers: Sequence[Looker]) -> "Looking":
        return cls(lookers, {look.window for look in lookers if look.window})


class Watched(NamedTuple):
    """A citation, every reason, age aside, for which it does not count, and those that look at it."""

    citation: str
    conversation: str
    decision: str
    held_at: datetime
    codes: Sequence[Reason]
    looking: Looking

    def turns(self) -> list[datetime]:
        """When time changes whether it counts: when it was held, and when it grows too old for some."""
        if not OVER.isdisjoint(self.codes):
            return []
        return [self.held_at, *[self.held_at + window for window in self.looking.windows]]


class Watch(NamedTuple):
    """Citations that may not count. From `since` up to, and not at, `until` all are held and fresh, and
    `lasting` is all there is to say. Else each is looked at: they are `every`."""

    since: datetime
    until: datetime
    lasting: Sequence[NotCounted]
    every: Callable[[], Sequence[Watched]]


UNWATCHED = Watch(ALWAYS, FOREVER, (), tuple)


def watch(bench: Bench) -> Watch:
    """The citations that some criterion looks at, and those that always show."""
    whole = _lookers(bench.gate.criteria, bench.whole.scope)
    own: defaultdict[str, list[Looker]] = defaultdict(list)
    for look in bench.looks:
        decision = look.asked.decision
        own[decision.key] += _lookers(decision.criteria, look.view.scope)
    looking = {decision: Looking.by([*lookers, *whole]) for decision, lookers in own.items()}
    others = Looking.by(whole)
    watched = []
    for standing in bench.whole.own:
        mine = looking.get(standing.citation.decision, others)
        if mine.lookers or _is_ended_contradiction(standing):
            watched.append(_watched(standing, mine))
    return watch_over(watched)


def watch_over(watched: Sequence[Watched]) -> Watch:
    """These, in the order of recording."""
    turns = [found for each in watched if (found := each.turns())]
    return Watch(
        since=max((held_at for held_at, *_ in turns), default=ALWAYS),
        until=min((ages for _, *later in turns for ages in later), default=FOREVER),
        lasting=lasting_of(watched),
        every=lambda: watched,
    )


def lasting_of(watched: Iterable[Watched]) -> list[NotCounted]:
    """The entries that do not come with age."""
    return [_entry(each, code, []) for each in watched for code in each.codes]


def not_counted(watch: Watch, as_of: datetime) -> tuple[list[NotCounted], list[datetime]]:
    """The entries, and the instants after `as_of` at which time alone changes them."""
    if watch.since <= as_of < watch.until:
        return list(watch.lasting), [watch.until]
    entries: list[NotCounted] = []
    changes: list[datetime] = []
    for each in watch.every():
        turns = each.turns()
        entries += [_entry(each, code, []) for code in each.codes]
        entries += _of_age(each, as_of) if turns else ()
        changes += [instant for instant in turns if instant > as_of]
    return entries, changes


def _watched(standing: Standing, looking: Looking) -> Watched:
    citation, conversation, codes = standing
    return Watched(citation.id, conversation.id, citation.decision, conversation.held_at, codes, looking)


def _is_ended_contradiction(standing: Standing) -> bool:
    """Erasure is the one way to be rid of a contradiction, so it always shows."""
    return standing.citation.stance in ("contradicts", "mixed") and standing.conversation.erased


def _lookers(criteria: Iterable[Criterion], scope: Scope) -> list[Looker]:
    return [
        Looker(criterion.id or "", window_of(where_of(criterion), scope))
        for criterion in criteria
        if type(criterion) not in AGELESS
    ]


def _of_age(watched: Watched, as_of: datetime) -> Iterator[NotCounted]:
    """Each reason with the criteria whose window it is of; none is named where it is all of them."""
    lookers = watched.looking.lookers
    for rule in OF_AGE:
        aged = [look.criterion for look in lookers if rule.applies(watched.held_at, look.window, as_of)]
        if aged:
            yield _entry(watched, rule.code, aged if len(aged) < len(lookers) else [])


def _entry(watched: Watched, code: Reason, criteria: list[str]) -> NotCounted:
    return NotCounted(
        citation=watched.citation,
        conversation=watched.conversation,
        decision=watched.decision,
        code=code,
        message=MESSAGES[code],
        criteria=criteria,
    )
