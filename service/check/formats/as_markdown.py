"""markdown: for a pipeline's summary page."""

import re
from collections.abc import Iterator

from service.check.answer import Answer
from service.check.formats import telling
from service.check.formats.telling import Told
from service.check.words import plain

SIGNS = {
    "ready": "✅ Ready",
    "waived": "☑️ Ready, with waivers",
    "blocked": "⛔ Blocked",
    "not_evaluable": "❔ Not evaluable",
}
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&@$])")
MOST = 200


def write(told: Told) -> str:
    """GitHub's and GitLab's kind of it; whatever anybody wrote is escaped."""
    if told.found is None:
        return f"### ❔ Could not be answered\n\n{_escaped(told.why)}\n"
    one = told.found.shown[0] if len(told.found.shown) == 1 and not told.found.shown[0].is_short else None
    return "\n".join(_one(one, told) if one else _many(told)) + "\n"


def _one(answer: Answer, told: Told) -> Iterator[str]:
    yield f"### {SIGNS[answer.verdict]}: {_escaped(telling.headline(answer))}"
    yield ""
    if missing := telling.missing(answer):
        yield "| decision | stands | to do |"
        yield "| --- | --- | --- |"
        for group, lines in missing:
            for line in lines:
                yield _row(telling.title(group), line.message, line.remedy or "")
        yield ""
    if ready_until := telling.until(answer, told.now):
        yield f"- Ready **{_escaped(ready_until)}**; sooner if what it rests on changes."
    said = [*telling.waived(answer), *telling.owing(answer), *telling.warned(answer)]
    said += [each for each in (telling.not_counted(answer), telling.uncited(answer)) if each]
    yield from (f"- {_escaped(each)}" for each in said)
    if warning := telling.ends_soon(answer, told):
        yield f"- ⚠️ {_escaped(warning)}"
    if step := telling.next_step(answer):
        yield f"\n**Next:** {_escaped(step)}"


def _many(told: Told) -> Iterator[str]:
    if told.found is None:
        return
    yield f"### {SIGNS['ready' if told.found.ready else 'blocked']}: {_escaped(telling.counted(told.found))}"
    yield ""
    yield "| concept | gate | verdict | |"
    yield "| --- | --- | --- | --- |"
    shown = telling.worst_first(told.found.shown)
    for answer in shown[:MOST]:
        said = telling.summary(answer, told.now)
        soon = " ⚠️" if telling.ends_soon(answer, told) else ""
        yield (
            f"| {_escaped(answer.concept)} | {_escaped(answer.gate or '')} | {SIGNS[answer.verdict]} |"
            f" {_escaped(said)}{soon} |"
        )
    if len(shown) > MOST:
        yield f"\n... and {len(shown) - MOST} more"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", plain(text))
