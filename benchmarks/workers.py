"""Two processes of the service on one PostgreSQL against one, and what two cores allow."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks import bars
from benchmarks.asking import Ask
from benchmarks.postgresql import Postgres
from benchmarks.rounds import CONNECTIONS, GAP, Course, Measured, Results, Round
from benchmarks.servers import Server, gateproof
from benchmarks.subjects import cold, warm
from service.commands.load import Load

CORES = 2


class Cost(NamedTuple):
    """Microseconds of processor time that a poll takes of the service and of the database."""

    service: float
    database: float


Costs = dict[str, Cost]
"""By what is polled."""


def compare(
    course: Course, postgres: Postgres, keys: Sequence[str], log: Callable[[str], None]
) -> tuple[Results, Costs]:
    """Rounds of one worker and of two, in turn, with as many connections; nothing is pinned but the load.
    `keys`: of the concepts of cold polls."""
    results: Results = {}
    costs: Costs = {}
    asked: Counter[int] = Counter()
    with ExitStack() as stack:
        servers = [stack.enter_context(gateproof(postgres.url, core=None)) for _ in range(CORES)]
        for kind, ask in (("warm", warm()), ("cold", cold(keys))):
            two, one = (bars.on(postgres.name, name) for name in bars.WORKERS[kind])
            results |= {one: Measured([]), two: Measured([])}
            spent = answers = 0.0
            for number in range(course.rounds + 1):
                for name, used in ((one, servers[:1]), (two, servers)):
                    log(f"round {number} of {course.rounds}: {name}")
                    before = postgres.cpu()
                    measured, done = _measure(course, ask, used, asked)
                    if number:
                        results[name].rounds.append(measured)
                        spent, answers = spent + postgres.cpu() - before, answers + done
            costs[kind] = Cost(results[one].middle("cpu"), spent / answers * 1e6)
    return results, costs


def say(database: str, results: Results, costs: Costs) -> Iterator[str]:
    """What limits: processor time is all that a poll takes, and two cores have two seconds of it in one."""
    for kind, cost in costs.items():
        two, one = (results[bars.on(database, name)].middle("rate") for name in bars.WORKERS[kind])
        most = CORES / (cost.service + cost.database) * 1e6
        taken = f"{cost.service:.0f} microseconds of the service, {cost.database:.0f} of PostgreSQL"
        yield f"A {kind} poll takes {taken}:"
        yield f"{CORES} cores answer {most:,.0f} a second at the most, less what the load takes of them."
        yield f"One worker did {one:,.0f}, two did {two:,.0f}."


def _measure(course: Course, ask: Ask, servers: Sequence[Server], asked: Counter[int]) -> tuple[Round, int]:
    """`asked`: how much each server was asked so far, by its port: it is asked for others now."""
    before = sum(each.cpu() for each in servers)
    share = CONNECTIONS // len(servers)

    def load(server: Server) -> Load:
        measured = course.generator(server.port, ask, asked[server.port], course.seconds, share)
        asked[server.port] += measured.answers + GAP
        return measured

    with ThreadPoolExecutor(len(servers)) as pool:
        loads = list(pool.map(load, servers))
    answers = sum(each.answers for each in loads)
    cpu = (sum(each.cpu() for each in servers) - before) / answers * 1e6
    rate = sum(each.rate for each in loads)
    return Round(rate, cpu, max(each.median for each in loads), max(each.p99 for each in loads)), answers
