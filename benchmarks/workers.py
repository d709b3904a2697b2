"""Two processes of the service on one PostgreSQL against one, and what two cores allow."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks import bars
from benchmarks.postgresql import Postgres
from benchmarks.rounds import CONNECTIONS, Course, Measured, Results, Round
from benchmarks.servers import Server, gateproof
from benchmarks.subjects import warm
from service.commands.load import Load

CORES = 2


class Cost(NamedTuple):
    """Microseconds of processor time that a poll takes of the service and of the database."""

    service: float
    database: float


def compare(course: Course, postgres: Postgres, told: Callable[[str], None]) -> tuple[Results, Cost]:
    """Rounds of one worker and of two, in turn, with as many connections; nothing is pinned but the load."""
    one, two = bars.on(postgres.name, bars.ONE), bars.on(postgres.name, bars.TWO)
    results: Results = {one: Measured([]), two: Measured([])}
    spent = answers = 0.0
    with ExitStack() as stack:
        servers = [stack.enter_context(gateproof(postgres.url, core=None)) for _ in range(CORES)]
        for number in range(course.rounds + 1):
            for name, used in ((one, servers[:1]), (two, servers)):
                told(f"round {number} of {course.rounds}: {name}")
                before = postgres.cpu()
                measured, done = _measure(course, used)
                if number:
                    results[name].rounds.append(measured)
                    spent, answers = spent + postgres.cpu() - before, answers + done
    return results, Cost(results[one].middle("cpu"), spent / answers * 1e6)


def say(results: Results, cost: Cost) -> Iterator[str]:
    """What limits: processor time is all that a poll takes, and two cores have two seconds of it in one."""
    one, two = (each.middle("rate") for each in results.values())
    allowed = CORES / (cost.service + cost.database) * 1e6
    yield f"A poll takes {cost.service:.0f} microseconds of the service, {cost.database:.0f} of PostgreSQL:"
    yield f"{CORES} cores answer {allowed:,.0f} a second at the most, less what the load takes of them."
    yield f"One worker did {one:,.0f}, two did {two:,.0f}."


def _measure(course: Course, servers: list[Server]) -> tuple[Round, int]:
    before = sum(each.cpu() for each in servers)
    share = CONNECTIONS // len(servers)

    def load(server: Server) -> Load:
        return course.generator(server.port, warm(), 0, course.seconds, share)

    with ThreadPoolExecutor(len(servers)) as pool:
        loads = list(pool.map(load, servers))
    answers = sum(each.answers for each in loads)
    cpu = (sum(each.cpu() for each in servers) - before) / answers * 1e6
    rate = sum(each.rate for each in loads)
    return Round(rate, cpu, max(each.median for each in loads), max(each.p99 for each in loads)), answers
