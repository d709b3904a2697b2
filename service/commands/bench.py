"""`gateproof bench`: what this machine carries, measured in a minute on a database of its own."""

import sys
from collections.abc import Iterable

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from service.commands.capacity import Measurements, capacity, carries, moves
from service.commands.load import Unexpected
from service.commands.trial import STEPS, measure

SECONDS = 8.0
"""Each figure is measured for so long."""


def run_bench(seconds: float = SECONDS, *, as_json: bool = False) -> int:
    """Measure, with a bar on stderr, and print what the machine carries. Your own database is not touched."""
    try:
        with _progress() as progress:
            task = progress.add_task("making a database", total=STEPS)

            def announce(what: str) -> None:
                progress.update(task, description=what, advance=1)

            figures = measure(seconds, announce)
    except (Unexpected, TimeoutError, OSError) as error:
        sys.stderr.write(f"Not measured: {error}\n")
        return 1
    if as_json:
        results = {"measured": figures._asdict(), "carries": capacity(figures)._asdict()}
        document = orjson.dumps(results, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2)
        sys.stdout.write(document.decode() + "\n")
    else:
        _print(figures)
    return 0


def _progress() -> Progress:
    """Returns a bar on stderr, so that what is printed can be stored."""
    columns = (TextColumn("{task.description:28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _print(figures: Measurements) -> None:
    console, what_it_carries = Console(), capacity(figures)
    _table(console, "Measured: one process, SQLite", _measured(figures))
    _table(console, "What to count on: half of it", carries(what_it_carries))
    _table(console, "When to move", moves(what_it_carries, figures))


def _measured(figures: Measurements) -> Iterable[tuple[str, str]]:
    yield "polls that find the verdict unchanged (304)", f"{figures.unchanged:,.0f} a second"
    yield "polls for the whole verdict", f"{figures.warm:,.0f} a second"
    yield "verdicts worked out from the events", f"{figures.cold:,.0f} a second"
    yield "verdicts on pages of a hundred", f"{figures.listed:,.0f} a second"
    yield "conversations recorded, each safe on the disk", f"{figures.recorded:,.0f} a second"
    yield "  99 of 100 within", f"{figures.record_p99:,.0f} ms"
    yield "conversations exported", f"{figures.exported:,.0f} a second"
    yield "disk for a conversation", f"{figures.bytes_each / 1000:,.1f} kB"
    yield "memory of the process, at the most", f"{figures.resident:,.0f} MB"


def _table(console: Console, title: str, rows: Iterable[tuple[str, str]]) -> None:
    table = Table(title=title, title_justify="left", show_header=False, box=None, title_style="bold")
    table.add_column(min_width=50)
    table.add_column()
    for row in rows:
        table.add_row(row[0], row[1].replace("\n", " "))
    console.print(table)
    console.print()
