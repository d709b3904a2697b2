"""github: annotations, for a run's page and the pull request."""

from collections.abc import Iterator

from service.check.answer import Answer
from service.check.formats import telling
from service.check.formats.telling import Told
from service.check.words import plain

MOST = 10
"""GitHub shows so many of a kind of a step."""


def write(told: Told) -> str:
    """Workflow commands: ::error, ::warning and ::notice."""
    if told.found is None:
        return _said("error", "Gateproof could not be asked", told.why) + "\n"
    lines: list[str] = []
    for answer in telling.worst_first(told.answers):
        lines += _short(answer, told) if answer.is_short else _one(answer, told)
    errors = [line for line in lines if line.startswith("::error")]
    others = [line for line in lines if not line.startswith("::error")]
    if len(errors) > MOST:
        more = f"and {len(errors) - MOST + 1} more: see --format text"
        errors = [*errors[: MOST - 1], _said("error", "Gateproof", more)]
    if told.found.ready or not errors:
        others = [
            *others,
            _said("notice" if told.found.ready else "error", "Gateproof", telling.counted(told.found)),
        ]
    return "".join(f"{line}\n" for line in [*errors, *others])


def _one(answer: Answer, told: Told) -> Iterator[str]:
    name = answer.name
    if answer.verdict == "not_evaluable":
        yield _said("error", name, telling.headline(answer))
    for group, lines in telling.to_do(answer):
        for line in lines:
            yield _said("error", f"{name}: {group.key or 'gate'}", telling.need(line))
    if answer.verdict == "blocked" and not telling.missing(answer):
        yield _said("error", name, telling.headline(answer))
    for each in (*telling.waived(answer), *telling.warned(answer)):
        yield _said("warning", name, each)
    if warning := telling.ends_soon(answer, told):
        yield _said("warning", name, warning)


def _short(answer: Answer, told: Told) -> Iterator[str]:
    if not answer.ready:
        yield _said("error", answer.name, telling.summary(answer, told.now))
    elif warning := telling.ends_soon(answer, told):
        yield _said("warning", answer.name, warning)


def _said(kind: str, title: str, message: str) -> str:
    """Escaped as the runner wants it; `plain` left no line ends."""
    in_title = plain(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={in_title}::{plain(message).replace('%', '%25')}"
