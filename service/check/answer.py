"""The verdict as the check reads it: what it needs of the document, in the shape for people or for bots.

Fields that it does not know are left alone, so that an older check understands a newer service. What it needs
and does not find, or finds at odds with itself, makes the answer no answer.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from schemas.vocabulary import PASSING, VERDICTS
from service.check.outcomes import Unanswered
from service.domain.criteria import wording

T = TypeVar("T")
Json = Mapping[str, Any]


class Deficit(NamedTuple):
    """The number that is missing, of what, and the filters that it would have to pass."""

    missing: int
    of: str
    where: Json
    held_after: str | None


class Line(NamedTuple):
    """A criterion: how it stands, and what would help. `evidence_ends`: when the next of its evidence does.
    `deficit`: where so many more of something would do, and nothing else."""

    id: str
    level: str
    outcome: str
    message: str
    remedy: str | None
    waived_until: datetime | None
    owed_by: str | None
    evidence_ends: datetime | None
    deficit: Deficit | None = None

    def is_covered_by(self, other: "Line") -> bool:
        """True if what meets the other criterion meets this one too."""
        if self.deficit is None or other.deficit is None or self is other:
            return False
        alike = self.deficit._replace(missing=0) == other.deficit._replace(missing=0)
        return alike and (self.deficit.missing, self.id) < (other.deficit.missing, other.id)


class Group(NamedTuple):
    """A decision with its criteria; without a key: what is asked of the gate as a whole."""

    key: str | None
    statement: str | None
    owner: str | None
    is_stated: bool
    outcome: str
    remedy: str | None
    lines: tuple[Line, ...]


class Owed(NamedTuple):
    """Evidence owed under a waiver."""

    criteria: tuple[str, ...]
    by: str
    due_at: datetime
    overdue: bool


class Answer(NamedTuple):
    """A verdict. `document`: as it came. `is_short`: an entry of a page, which has ids and no criteria."""

    concept: str
    gate: str | None
    process: str
    verdict: str
    as_of: datetime
    passes_until: datetime | None
    next_change_at: datetime | None
    why_not: tuple[str, str] | None
    blocking: tuple[str, ...]
    warnings: tuple[str, ...]
    groups: tuple[Group, ...]
    owed: tuple[Owed, ...]
    not_counted: Counter[str]
    uncited: int
    document: Json
    is_short: bool = False

    @property
    def ready(self) -> bool:
        return self.verdict in PASSING

    @property
    def name(self) -> str:
        return f"{self.concept} at {self.gate}" if self.gate else self.concept

    def lines(self) -> list[tuple[Group, Line]]:
        """Returns every criterion with its group."""
        return [(group, line) for group in self.groups for line in group.lines]


class Answers(NamedTuple):
    """The answers of one check. `counts`: by verdict, of all concepts; `document`: as json shows it."""

    shown: tuple[Answer, ...]
    counts: Counter[str]
    document: Json

    @property
    def ready(self) -> bool:
        """True if all of them are ready; False if there is none."""
        passing = sum(self.counts[verdict] for verdict in PASSING)
        return passing > 0 and passing == self.counts.total() and all(each.ready for each in self.shown)


def read_verdict(document: Any, concept: str, gate: str | None) -> Answer:
    """Returns the verdict in a document; Unanswered unless it answers this very question."""
    try:
        answer = _verdict(_typed(dict, document))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _malformed(type(error).__name__) from None
    if answer.concept != concept or (gate is not None and answer.gate != gate):
        raise _malformed("it is about something else")
    return answer


def read_page(document: Any) -> tuple[list[Answer], Counter[str], str | None]:
    """Returns a page of verdicts: its entries, the counts of all pages, and the cursor of the next."""
    try:
        page = _typed(dict, document)
        as_of = _instant(page["as_of"])
        entries = [_entry(_typed(dict, item), as_of) for item in _typed(list, page["items"])]
        counts = Counter({name: _typed(int, page["counts"][name]) for name in sorted(VERDICTS)})
        following = page["next"]
        return entries, counts, None if following is None else _typed(str, following)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _malformed(type(error).__name__) from None


def _malformed(why: str) -> Unanswered:
    return Unanswered(
        f"The answer is not one that Gateproof gives ({why}). Is GATEPROOF_URL its address, and not that of a"
        " login page or proxy?"
    )


def _verdict(document: Json) -> Answer:
    groups = [_decision(each) for each in document["decisions"]]
    if of_gate := tuple(_line(each) for each in document["gate_criteria"]):
        groups.append(Group(None, None, None, True, "", None, of_gate))
    return Answer(
        **_common(document),
        as_of=_instant(document["as_of"]),
        next_change_at=_instant_or_none(document["next_change_at"]),
        why_not=_why_not(document["not_evaluable"]),
        groups=tuple(groups),
        owed=tuple(
            Owed(tuple(each["criteria"]), each["by"], _instant(each["due_at"]), _typed(bool, each["overdue"]))
            for each in document.get("owed", ())
        ),
        not_counted=Counter(_typed(str, each["code"]) for each in document["not_counted"]),
        uncited=len(document["uncited"]),
    )


def _entry(document: Json, as_of: datetime) -> Answer:
    code = document["not_evaluable"]
    return Answer(
        **_common(document),
        as_of=as_of,
        next_change_at=None,
        why_not=None
        if code is None
        else (_typed(str, code), _typed(str, code).replace("_", " ").capitalize()),
        groups=(),
        owed=(),
        not_counted=Counter(),
        uncited=0,
        is_short=True,
    )


def _common(document: Json) -> dict[str, Any]:
    """Returns what documents and entries share; ValueError if parts of it contradict each other."""
    verdict = _typed(str, document["verdict"])
    blocking = tuple(_typed(str, id) for id in _typed(list, document["blocking"]))
    if verdict not in VERDICTS or _typed(bool, document["ready"]) is not (verdict in PASSING):
        raise ValueError("verdict")
    if verdict in PASSING and blocking:
        raise ValueError("blocking")
    gate = document["gate"]
    return {
        "concept": _typed(str, document["concept"]),
        "gate": None if gate is None else _typed(str, gate),
        "process": f"{document['process']['key']} version {document['process']['version']}",
        "verdict": verdict,
        "passes_until": _instant_or_none(document["passes_until"]),
        "blocking": blocking,
        "warnings": tuple(_typed(str, id) for id in _typed(list, document["warnings"])),
        "document": document,
    }


def _decision(decision: Json) -> Group:
    return Group(
        key=_typed(str, decision["key"]),
        statement=decision.get("statement"),
        owner=decision.get("owner"),
        is_stated=decision["version"] is not None,
        outcome=_typed(str, decision["outcome"]),
        remedy=decision.get("remedy"),
        lines=tuple(_line(each) for each in decision["criteria"]),
    )


def _line(criterion: Json) -> Line:
    waiver = criterion["waiver"] if criterion["outcome"] == "waived" else None
    ends = [_instant(each["expires_at"]) for each in criterion["evidence"] if each["expires_at"] is not None]
    return Line(
        id=_typed(str, criterion["id"]),
        level=_typed(str, criterion["level"]),
        outcome=_typed(str, criterion["outcome"]),
        message=criterion.get("message") or f"{criterion['actual']} of {_required(criterion)}.",
        remedy=criterion.get("remedy") or _remedy(criterion),
        waived_until=None if waiver is None else _instant(waiver["expires_at"]),
        owed_by=None if waiver is None else waiver["owed_by"],
        evidence_ends=min(ends, default=None),
        deficit=_deficit(criterion) if criterion["kind"] == "at_least" else None,
    )


def _required(criterion: Json) -> str:
    """Returns how many of what are required. The document names what only while some is missing."""
    deficit = _deficit(criterion)
    return wording.plural(criterion["required"], deficit.of) if deficit else str(criterion["required"])


def _remedy(criterion: Json) -> str | None:
    """Returns what would help, worded from the counts: the document for bots has no sentences."""
    if criterion["outcome"] == "unmet" and criterion["kind"] == "sequence":
        return "Pass the earlier gates first."
    deficit = _deficit(criterion)
    if deficit is None:
        return None
    more = wording.more(deficit.missing, deficit.of)
    return f"Needed: {more}{wording.filters(deficit.where)}{wording.held(deficit)}."


def _deficit(criterion: Json) -> Deficit | None:
    deficit = criterion["deficit"]
    if deficit is None:
        return None
    return Deficit(
        _typed(int, deficit["missing"]), _typed(str, deficit["of"]), deficit["where"], deficit["held_after"]
    )


def _why_not(document: Any) -> tuple[str, str] | None:
    return None if document is None else (_typed(str, document["code"]), _typed(str, document["message"]))


def _typed(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError(kind.__name__)
    return value


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(_typed(str, value))
    if instant.tzinfo is None:
        raise ValueError("offset")
    return instant


def _instant_or_none(value: Any) -> datetime | None:
    return None if value is None else _instant(value)
