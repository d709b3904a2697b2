"""github: annotations, for a run's page and the pull request."""

from collections.abc import Iterator

from service.check.answer import Answer, ShortAnswer
from service.check.formats import phrases
from service.check.formats.phrases import Report
from service.check.words import plain

MOST = 10
"""The number of annotations of a kind that GitHub shows for a step."""


def write(report: Report) -> str:
    """Returns workflow commands: ::error, ::warning and ::notice."""
    if report.answers is None:
        return _annotation("error", "Gateproof could not be asked", report.why) + "\n"
    lines: list[str] = []
    for answer in phrases.worst_first(report.shown):
        lines += _short(answer, report) if isinstance(answer, ShortAnswer) else _one(answer, report)
    errors = [line for line in lines if line.startswith("::error")]
    others = [line for line in lines if not line.startswith("::error")]
    if len(errors) > MOST:
        more = f"and {len(errors) - MOST + 1} more: see --format text"
        errors = [*errors[: MOST - 1], _annotation("error", "Gateproof", more)]
    if report.answers.ready or not errors:
        kind = "notice" if report.answers.ready else "error"
        others.append(_annotation(kind, "Gateproof", phrases.counted(report.answers)))
    return "".join(f"{line}\n" for line in [*errors, *others])


def _one(answer: Answer, report: Report) -> Iterator[str]:
    name = answer.name
    if answer.verdict == "not_evaluable":
        yield _annotation("error", name, phrases.headline(answer))
    for group, lines in phrases.to_do(answer):
        for line in lines:
            yield _annotation("error", f"{name}: {group.key or 'gate'}", phrases.need(line))
    if answer.verdict == "blocked" and not phrases.missing(answer):
        yield _annotation("error", name, phrases.headline(answer))
    for each in (*phrases.waived(answer), *phrases.warned(answer)):
        yield _annotation("warning", name, each)
    if warning := phrases.ends_soon(answer, report):
        yield _annotation("warning", name, warning)


def _short(answer: ShortAnswer, report: Report) -> Iterator[str]:
    if not answer.ready:
        yield _annotation("error", answer.name, phrases.summary(answer, report.now))
    elif warning := phrases.ends_soon(answer, report):
        yield _annotation("warning", answer.name, warning)


def _annotation(kind: str, title: str, message: str) -> str:
    """Returns a command, escaped for the runner. `plain` leaves no line ends."""
    in_title = plain(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={in_title}::{plain(message).replace('%', '%25')}"
