"""Subjects in turn, round after round, and what the rounds say."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from statistics import median
from typing import NamedTuple

from benchmarks.asking import Ask
from benchmarks.generators import Generator
from benchmarks.servers import Server
from service.commands.load import Load

CONNECTIONS = 16
GAP = 2 * CONNECTIONS
"""Numbers left out between rounds: requests that were under way when the time was up."""


class Subject(NamedTuple):
    """Something to measure. `each`: how many are counted in an answer; `meanwhile`: what goes on."""

    name: str
    server: Server
    ask: Ask | Callable[[int], Ask]
    """Always the same, or by the number of the round."""
    each: int = 1
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext


class Round(NamedTuple):
    """One round of a subject: a second of the clock, microseconds of the server's processor, milliseconds."""

    rate: float
    cpu: float
    median: float
    p99: float


class Measured(NamedTuple):
    """The rounds of a subject."""

    rounds: list[Round]

    @property
    def rates(self) -> list[float]:
        """By round."""
        return [each.rate for each in self.rounds]

    def middle(self, of: str) -> float:
        """The median of one of a round's fields."""
        return median(getattr(each, of) for each in self.rounds)

    @property
    def tail(self) -> float:
        """The 99th percentile in medians."""
        return median(each.p99 / each.median for each in self.rounds)


Results = dict[str, Measured]


class Course(NamedTuple):
    """How it is measured: by which generator, how long each round, how often."""

    generator: Generator
    seconds: float
    rounds: int

    def run(self, subjects: Sequence[Subject], log: Callable[[str], None]) -> Results:
        """One round to warm up, then each subject in turn, again and again; `log`: of what is done."""
        results: Results = {subject.name: Measured([]) for subject in subjects}
        numbers = dict.fromkeys(results, 0)
        for number in range(self.rounds + 1):
            for subject in subjects:
                log(f"round {number} of {self.rounds}: {subject.name}")
                load, cpu = self._measure(subject, number, numbers[subject.name])
                numbers[subject.name] += load.answers + GAP
                if number:
                    done = load.answers * subject.each
                    measured = Round(load.rate * subject.each, cpu / done * 1e6, load.median, load.p99)
                    results[subject.name].rounds.append(measured)
        return results

    def _measure(self, subject: Subject, number: int, first: int) -> tuple[Load, float]:
        server, varying = subject.server, callable(subject.ask)
        ask = subject.ask(number) if callable(subject.ask) else subject.ask
        with subject.meanwhile():
            before = server.cpu()
            load = self.generator(server.port, ask, 0 if varying else first, self.seconds, CONNECTIONS)
            return load, server.cpu() - before


def ratios(results: Results, name: str, beside: str) -> Iterator[float]:
    """Round by round, of rates."""
    for one, other in zip(results[name].rounds, results[beside].rounds, strict=True):
        yield one.rate / other.rate


def ratio(results: Results, name: str, beside: str) -> float:
    """The median of the rounds' pairs, of rates."""
    return median(ratios(results, name, beside))


def cpu_ratio(results: Results, name: str, beside: str) -> float:
    """The same of the servers' processor time: what the rates would say on a machine with nobody else."""
    pairs = zip(results[name].rounds, results[beside].rounds, strict=True)
    return median(other.cpu / one.cpu for one, other in pairs)
