"""text: for people who read the log; a screen at most."""

from collections.abc import Iterable, Iterator
from textwrap import shorten, wrap
from typing import NamedTuple

from service.check.answer import Answer, Answers
from service.check.formats import phrases
from service.check.formats.phrases import VERDICTS, Report
from service.check.words import many, plain

ROWS, WIDTH = 26, 100
COLOURS = {"ready": "bold green", "waived": "bold yellow", "blocked": "bold red", "not_evaluable": "bold red"}


class Row(NamedTuple):
    """A line of the screen; `style`: what rich calls it, of the first `styled` signs."""

    text: str = ""
    style: str = ""
    styled: int = 0


def write(report: Report) -> str:
    """Returns lines of at most 100 signs; coloured if the report says so."""
    if report.answers is None:
        return ""
    first, *others = report.answers.shown or (None,)
    one = first if isinstance(first, Answer) and not others else None
    rows = list(_one(one, report) if one else _many(report.answers, report))
    return _coloured(rows) if report.colour else "".join(f"{row.text}\n" for row in rows)


def _coloured(rows: Iterable[Row]) -> str:
    from rich.console import Console  # noqa: PLC0415 - pipelines have no colours, and need not wait for it
    from rich.text import Text  # noqa: PLC0415

    console = Console(
        force_terminal=True, color_system="standard", highlight=False, markup=False, emoji=False
    )
    with console.capture() as captured:
        for row in rows:
            text = Text(row.text)
            text.stylize(row.style, 0, row.styled)
            console.print(text, soft_wrap=True)
    return captured.get()


def _one(answer: Answer, report: Report) -> Iterator[Row]:
    verdict = VERDICTS[answer.verdict]
    head = f"{verdict}: {phrases.headline(answer)}"
    yield Row(_short(head), COLOURS[answer.verdict], len(verdict))
    after = _after(answer, report)
    if phrases.missing(answer):
        yield from _missing(answer, ROWS - 2 - len(after))
        yield Row()
    yield from map(Row, after)


def _missing(answer: Answer, room: int) -> Iterator[Row]:
    """Yields what blocks as far as there is room, then how many criteria are left out."""
    left = sum(len(lines) for _, lines in phrases.to_do(answer))
    for group, lines in phrases.to_do(answer):
        title = _short(phrases.title(group))
        heading = [Row(), Row(title, "bold", len(title))]
        for line in lines:
            rows = [*heading, *(Row(row) for row in _wrapped(phrases.short_need(line), "  "))]
            if room - len(rows) < (1 if left > 1 else 0):
                yield Row(f"... and {many(left, 'more criterion', 'more criteria')}: --format json has all")
                return
            yield from rows
            heading, room, left = [], room - len(rows), left - 1


def _after(answer: Answer, report: Report) -> list[str]:
    """Returns the lines below what is missing."""
    notes: list[str] = []
    if ready_until := phrases.until(answer, report.now):
        notes.append(f"Ready {ready_until}; sooner if what it rests on changes.")
    notes += _some(phrases.waived(answer), 3)
    notes += _some((f"Owed: {each}." for each in phrases.owing(answer)), 3)
    notes += _some(phrases.warned(answer), 3)
    notes += phrases.observed(answer)
    lines = [_short(each) for each in notes]
    for each in (phrases.ending(answer), phrases.not_counted(answer), phrases.uncited(answer)):
        lines += _wrapped(each or "")[:2]
    if warning := phrases.ends_soon(answer, report):
        lines += _wrapped(f"Warning: {warning}")
    if step := phrases.next_step(answer):
        lines += _wrapped(f"Next: {step}")
    return lines


def _many(answers: Answers, report: Report) -> Iterator[Row]:
    verdict = "ready" if answers.ready else "blocked"
    name = VERDICTS[verdict]
    yield Row(f"{name}: {phrases.counted(answers)}", COLOURS[verdict], len(name))
    shown = phrases.worst_first(answers.shown)
    if shown:
        yield Row()
    for answer in shown[: ROWS - 5]:
        short = answer.verdict.replace("_", " ")
        where = f"{plain(answer.concept)} {plain(answer.gate or '')}"
        soon = "soon: " if phrases.ends_soon(answer, report) else ""
        row = f"{short:<14}{where:<28}  {soon}{phrases.summary(answer, report.now)}"
        yield Row(_cut(row), COLOURS[answer.verdict], len(short))
    if len(shown) > ROWS - 5:
        yield Row(f"... and {len(shown) - ROWS + 5} more: --format json has all")
    if (first := next((each for each in shown if not each.ready), None)) is not None:
        yield Row()
        step = f"Next: what is missing, and what to do, says gateproof check {plain(first.concept)}"
        yield from map(Row, _wrapped(step))


def _some(lines: Iterable[str], most: int) -> list[str]:
    every = list(lines)
    return every if len(every) <= most else [*every[: most - 1], f"  ... and {len(every) - most + 1} more"]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False)


def _short(text: str) -> str:
    """Returns the text cut to the width, with its indent."""
    indent = len(text) - len(text.lstrip())
    return " " * indent + shorten(text, WIDTH - indent, placeholder=" ...")


def _cut(row: str) -> str:
    return row if len(row) <= WIDTH else f"{row[: WIDTH - 4]} ..."
