"""What is asked of the service: each bar as data, and how it is said whether it is met."""

from typing import Any, NamedTuple

from benchmarks.rounds import Results, cpu_ratio, ratio

U, F, P, V = "U: uvicorn, fixed bytes", "F: FastAPI, document", "P: FastAPI, row by key", "V: validation only"
UNCHANGED, WARM, BOT = "unchanged poll, 304", "warm verdict, 200", "warm verdict, a bot's"
COLD, COLD_200 = "cold verdict, 12 citations", "cold verdict, 200 citations"
INSTANT, READ_ANEW = "another instant each time", "all read anew, 12 citations"
WARM_FULL, COLD_FULL = "warm verdict, 12 criteria", "cold verdict, 12 criteria"
EVENTS = "events of the log, 200 a page"
PAGE, RECORD, ADVANCE = "page of 100, verdicts", "record a conversation", "advance, 12 citations"
MALFORMED, UNKNOWN = "storm: malformed tokens", "storm: unknown tokens"
GHOSTS, ETAGS = "storm: ghost concepts", "storm: random ETags"
WORKERS = {kind: (f"{kind}, two workers", f"{kind}, one worker") for kind in ("warm", "cold")}
"""Two and one, by what is polled."""


def meanwhile(rate: int, where: str) -> str:
    """The name of a warm poll while another process commits."""
    return f"warm, {rate} commits/s, {where}"


def on(database: str, name: str) -> str:
    """The name of a subject on another database."""
    return f"{name}, {database}"


class Bar(NamedTuple):
    """A subject's rate is to be so much of another's; the stretch is what would delight."""

    subject: str
    beside: str
    at_least: float
    stretch: float | None = None


class Limit(NamedTuple):
    """A figure that is to stay below."""

    what: str
    at_most: float


SQLITE = (
    Bar(UNCHANGED, U, 0.60, 0.72),
    Bar(WARM, U, 0.50, 0.60),
    Bar(BOT, U, 0.50, 0.60),
    Bar(COLD, P, 0.70, 1.2),
    Bar(COLD_200, P, 0.15, 0.3),
    Bar(PAGE, P, 10, 40),
    Bar(RECORD, V, 0.25, 0.40),
    Bar(ADVANCE, V, 0.10, 0.2),
    *(Bar(meanwhile(100, where), WARM, 0.65) for where in ("same portfolio", "another")),
    *(Bar(meanwhile(500, where), WARM, 0.45) for where in ("same portfolio", "another")),
    *(Bar(storm, UNCHANGED, 0.3) for storm in (MALFORMED, UNKNOWN, GHOSTS, ETAGS)),
)
POSTGRESQL = (
    Bar(UNCHANGED, U, 0.15, 0.28),
    Bar(WARM, U, 0.12, 0.24),
    Bar(COLD, P, 0.25, 0.7),
    Bar(RECORD, V, 0.12),
)
MORE_WORKERS = 1.7
TAIL = Limit("record: its 99th percentile in medians", 15)
MEMORY = Limit("resident memory after all of it, MB", 250)
GROWN = Limit("of that, grown since half of the rounds, MB", 15)
START = Limit("start with an existing database, s", 2)


def bars_of(databases: list[str]) -> list[Bar]:
    """Every bar, PostgreSQL's for each of these."""
    beside = [bar._replace(subject=on(name, bar.subject)) for name in databases for bar in POSTGRESQL]
    workers = [
        Bar(on(name, two), on(name, one), MORE_WORKERS)
        for name in databases[:1]
        for two, one in WORKERS.values()
    ]
    return [*SQLITE, *beside, *workers]


class Judged(NamedTuple):
    """A bar or a limit, and what was measured."""

    what: str
    measured: float
    cpu: float | None
    bar: float
    stretch: float | None
    met: bool
    beyond: bool

    def line(self) -> str:
        """As it is printed."""
        word = "MISSED" if not self.met else "stretch" if self.beyond else "met"
        sign = "<=" if self.cpu is None else ">="
        stretch = "" if self.stretch is None else f", stretch {self.stretch:g}"
        cpu = "" if self.cpu is None else f"  (by processor time {self.cpu:.2f})"
        return f"{word:8}{self.what:58}{self.measured:8.2f}  {sign} {self.bar:g}{stretch}{cpu}"

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return {name: value for name, value in self._asdict().items() if value is not None}


def judge(results: Results, bar: Bar) -> Judged:
    """By rates; the ratio of processor time stands beside it."""
    measured, cpu = ratio(results, bar.subject, bar.beside), cpu_ratio(results, bar.subject, bar.beside)
    beyond = bar.stretch is not None and measured >= bar.stretch
    what = f"{bar.subject}, of {bar.beside.split(':', maxsplit=1)[0]}"
    return Judged(what, measured, cpu, bar.at_least, bar.stretch, measured >= bar.at_least, beyond)


def hold(limit: Limit, measured: float) -> Judged:
    """Whether a figure stays below."""
    return Judged(limit.what, measured, None, limit.at_most, None, measured <= limit.at_most, beyond=False)
