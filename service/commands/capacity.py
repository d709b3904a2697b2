"""From what was measured on a machine to what it carries, and when it is time to move. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

SHARE = 0.5
"""The share of what was measured to count on: answers at half the load take twice as long as when idle, and
the other half is there for the hours in which everybody comes."""
POLL_EVERY = 30
"""Seconds between two polls of a pipeline that waits for its gate."""
WORKING_DAY = 8 * 3600
EXPORTS = (100, 1_000, 10_000)
CONCEPTS = (100, 1_000, 10_000, 100_000)

MINUTES_FROM = 120
MORE_HERE = """beyond {polls:,.0f} polls a second: up to {processes} on this machine, on the same database,
for some {several:,.0f}. They do not make writing faster on SQLite."""
MORE_ELSEWHERE = """beyond {polls:,.0f} polls a second, and on a machine with more cores: this one has
{cores}, and one is for everything else."""
POSTGRESQL = """beyond {records:,.0f} conversations a second, sustained, or once the service shall run on more
than one machine: SQLite's file is one machine's. Not for size, and not for polls: one costs more there."""
REPLICA = """once what was recorded since the last backup may not be lost with the machine: a standby of
PostgreSQL to fail over to. Not for speed: the service reads and writes one database."""


class Measurements(NamedTuple):
    """Rates of one process of the service on SQLite: by the second, unless it says otherwise."""

    unchanged: float
    """Polls answered with 304."""
    warm: float
    """Polls answered with the whole document, of a concept that nothing happened to."""
    cold: float
    """Verdicts worked out from the events."""
    recorded: float
    """Conversations, each durable before its answer."""
    record_p99: float
    """Milliseconds."""
    listed: float
    """Verdicts on the page of readiness."""
    exported: float
    """Conversations in the export of a customer's data."""
    bytes_each: float
    """Bytes on the disk for a conversation, with all that goes with it."""
    resident: float
    """The most megabytes of memory that the process had."""
    cores: int


class Capacity(NamedTuple):
    """The load that one may count on, on this machine."""

    polls: float
    """A second, by one process, whole documents."""
    pipelines: int
    """Pipelines that may wait for their gates at the same time."""
    processes: int
    """Processes that are worth starting here: one core each, and one left to the rest."""
    listed: float
    """Verdicts a second, on pages."""
    records: float
    """A second, sustained."""
    records_a_day: int
    """Conversations in a working day."""
    anew: dict[int, float]
    """Seconds until so many concepts' verdicts were worked out anew, as after a process went live."""
    exports: dict[int, float]
    """Seconds that the export of so many conversations takes."""
    gigabytes: float
    """Disk that a million conversations take."""


def capacity(figures: Measurements) -> Capacity:
    """Returns what the machine carries."""
    return Capacity(
        polls=figures.warm * SHARE,
        pipelines=int(figures.unchanged * SHARE * POLL_EVERY),
        processes=max(1, figures.cores - 1),
        listed=figures.listed * SHARE,
        records=figures.recorded * SHARE,
        records_a_day=int(figures.recorded * SHARE * WORKING_DAY),
        anew={concepts: concepts / figures.cold for concepts in CONCEPTS},
        exports={conversations: conversations / figures.exported for conversations in EXPORTS},
        gigabytes=figures.bytes_each * 1e6 / 1e9,
    )


def carries(capacity: Capacity) -> Iterator[tuple[str, str]]:
    """Yields what the machine carries, and how much of it."""
    yield "pipelines that poll every 30 s, at the same time", f"{capacity.pipelines:,}"
    yield "whole verdicts a second", f"{capacity.polls:,.0f}"
    yield "verdicts listed a second, on pages of a hundred", f"{capacity.listed:,.0f}"
    yield "conversations recorded a second, sustained", f"{capacity.records:,.0f}"
    yield "conversations recorded in a working day", f"{capacity.records_a_day:,}"
    for concepts, seconds in capacity.anew.items():
        yield f"verdicts on {concepts:,} concepts worked out anew", duration(seconds)
    for conversations, seconds in capacity.exports.items():
        yield f"export of a customer with {conversations:,} conversations", duration(seconds)
    yield "disk for a million conversations", f"{capacity.gigabytes:.1f} GB"


def moves(capacity: Capacity, figures: Measurements) -> Iterator[tuple[str, str]]:
    """Yields where to move, and when."""
    here = MORE_HERE if capacity.processes > 1 else MORE_ELSEWHERE
    several = capacity.polls * capacity.processes
    rates = {"polls": capacity.polls, "several": several, "records": capacity.records}
    yield "more processes", here.format(processes=capacity.processes, cores=figures.cores, **rates)
    yield "PostgreSQL", POSTGRESQL.format(**rates)
    yield "a replica", REPLICA


def duration(seconds: float) -> str:
    """Returns a duration as people say it."""
    if seconds < 1:
        return f"{seconds * 1000:,.0f} ms"
    if seconds < MINUTES_FROM:
        return f"{seconds:,.1f} s"
    return f"{seconds / 60:,.0f} min"
