"""markdown: for a pipeline's summary page."""

import re
from collections.abc import Iterator

from service.check.answer import Answer, Answers
from service.check.formats import phrases
from service.check.formats.phrases import Report
from service.check.words import plain

SIGNS = {
    "ready": "✅ Ready",
    "waived": "☑️ Ready, with waivers",
    "blocked": "⛔ Blocked",
    "not_evaluable": "❔ Not evaluable",
}
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&@$])")
MOST = 200


def write(report: Report) -> str:
    """Returns Markdown for GitHub and GitLab; everything that people wrote is escaped."""
    if report.answers is None:
        return f"### ❔ Could not be answered\n\n{_escaped(report.why)}\n"
    first, *others = report.shown or (None,)
    one = first if isinstance(first, Answer) and not others else None
    return "\n".join(_one(one, report) if one else _many(report.answers, report)) + "\n"


def _one(answer: Answer, report: Report) -> Iterator[str]:
    yield f"### {SIGNS[answer.verdict]}: {_escaped(phrases.headline(answer))}"
    yield ""
    if missing := phrases.missing(answer):
        yield "| decision | stands | to do |"
        yield "| --- | --- | --- |"
        for group, lines in missing:
            for line in lines:
                yield _row(phrases.title(group), line.message, line.remedy or "")
        yield ""
    if ready_until := phrases.until(answer, report.now):
        yield f"- Ready **{_escaped(ready_until)}**; sooner if what it rests on changes."
    notes = [*phrases.waived(answer), *phrases.owing(answer), *phrases.warned(answer)]
    notes += [each for each in (phrases.not_counted(answer), phrases.uncited(answer)) if each]
    yield from (f"- {_escaped(each)}" for each in [*notes, *phrases.observed(answer)])
    if warning := phrases.ends_soon(answer, report):
        yield f"- ⚠️ {_escaped(warning)}"
    if step := phrases.next_step(answer):
        yield f"\n**Next:** {_escaped(step)}"


def _many(answers: Answers, report: Report) -> Iterator[str]:
    sign = SIGNS["ready" if answers.ready else "blocked"]
    yield f"### {sign}: {_escaped(phrases.counted(answers))}"
    yield ""
    yield "| concept | gate | verdict | |"
    yield "| --- | --- | --- | --- |"
    shown = phrases.worst_first(answers.shown)
    for answer in shown[:MOST]:
        summary = phrases.summary(answer, report.now)
        soon = " ⚠️" if phrases.ends_soon(answer, report) else ""
        yield (
            f"| {_escaped(answer.concept)} | {_escaped(answer.gate or '')} | {SIGNS[answer.verdict]} |"
            f" {_escaped(summary)}{soon} |"
        )
    if len(shown) > MOST:
        yield f"\n... and {len(shown) - MOST} more"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", plain(text))
