"""The verdict as the check reads it: what it needs of the document, in the shape for people or for bots.

Fields that it does not know are left alone, so that an older check understands a newer service. What it needs
and does not find, or finds at odds with itself, makes the answer no answer.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple, TypeAlias

from msgspec import Meta, Struct, ValidationError, convert, field

from schemas.vocabulary import PASSING, VERDICTS, Verdict
from service.check.outcomes import Unanswered
from service.domain.criteria import wording

Json = Mapping[str, Any]
Instant = Annotated[datetime, Meta(tz=True)]


class Deficit(Struct, frozen=True):
    """The number that is missing, of what, and the filters that it would have to pass."""

    missing: int
    of: str
    where: dict[str, Any]
    held_after: str | None


class Evidence(Struct):
    """A citation that counts; `expires_at`: until when."""

    expires_at: Instant | None


class WaiverRef(Struct):
    """The waiver of a criterion; `expires_at`: until when it may hold."""

    expires_at: Instant


class Line(Struct, kw_only=True):
    """A criterion: how it stands, and what would help: worded here where the document has no sentences.
    `deficit`: where so many more of something would do, and nothing else."""

    id: str
    kind: str
    level: str
    outcome: str
    required: int
    actual: int
    message: str = ""
    remedy: str | None = None
    deficit: Deficit | None
    evidence: tuple[Evidence, ...]
    waiver: WaiverRef | None

    def __post_init__(self) -> None:
        self.message = self.message or f"{self.actual} of {_required(self)}."
        self.remedy = self.remedy or _remedy(self)
        if self.kind != "at_least":
            self.deficit = None

    @property
    def waived_until(self) -> datetime | None:
        """Until when a waiver lets it pass."""
        return self.waiver.expires_at if self.waiver and self.outcome == "waived" else None

    @property
    def evidence_ends(self) -> datetime | None:
        """The instant at which the next of its evidence ends."""
        return min((each.expires_at for each in self.evidence if each.expires_at), default=None)

    def is_covered_by(self, other: "Line") -> bool:
        """True if what meets the other criterion meets this one too."""
        mine, theirs = self.deficit, other.deficit
        if mine is None or theirs is None or self is other:
            return False
        alike = (mine.of, mine.where, mine.held_after) == (theirs.of, theirs.where, theirs.held_after)
        return alike and (mine.missing, self.id) < (theirs.missing, other.id)


def _required(line: Line) -> str:
    """Returns how many of what are required. The document names what only while some is missing."""
    return wording.plural(line.required, line.deficit.of) if line.deficit else str(line.required)


def _remedy(line: Line) -> str | None:
    """Returns what would help, worded from the counts."""
    if line.outcome == "unmet" and line.kind == "sequence":
        return "Pass the earlier gates first."
    if line.deficit is None:
        return None
    more = wording.more(line.deficit.missing, line.deficit.of)
    return f"Needed: {more}{wording.filters(line.deficit.where)}{wording.held(line.deficit)}."


class Group(Struct, kw_only=True):
    """A decision with its criteria; without a key: what is asked of the gate as a whole. `version`: None
    while it is not stated."""

    key: str | None
    version: int | None
    statement: str | None = None
    owner: str | None = None
    lines: tuple[Line, ...] = field(name="criteria")


class Owed(Struct):
    """Evidence owed under a waiver."""

    criteria: tuple[str, ...]
    by: str
    due_at: Instant
    overdue: bool


class ProcessRef(Struct):
    """The version of a process."""

    key: str
    version: int


class WhyNot(Struct):
    """The reason why there is nothing to evaluate."""

    code: str
    message: str


class NotCounted(Struct):
    """A reason why a citation does not count."""

    code: str


class Observation(Struct):
    """A fact that whoever decides should know; bots get no message."""

    code: str
    message: str | None = None


class _Common(Struct, kw_only=True):
    concept: str
    gate: str | None
    process: ProcessRef
    verdict: Verdict
    ready: bool
    as_of: Instant
    passes_until: Instant | None
    blocking: tuple[str, ...]
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises ValueError if parts of it contradict each other."""
        is_passing = self.verdict in PASSING
        if self.ready is not is_passing or (is_passing and self.blocking):
            raise ValueError("contradicts itself")

    @property
    def name(self) -> str:
        return f"{self.concept} at {self.gate}" if self.gate else self.concept


class ShortAnswer(_Common):
    """A verdict as an entry of a page, which has ids and no criteria."""

    not_evaluable: str | None

    @property
    def why_not(self) -> WhyNot | None:
        code = self.not_evaluable
        return None if code is None else WhyNot(code, code.replace("_", " ").capitalize())


class Answer(_Common, kw_only=True):
    """A verdict."""

    next_change_at: Instant | None
    why_not: WhyNot | None = field(name="not_evaluable")
    decisions: tuple[Group, ...]
    gate_criteria: tuple[Line, ...]
    owed: tuple[Owed, ...] = ()
    not_counted: tuple[NotCounted, ...]
    uncited: tuple[Any, ...]
    observations: tuple[Observation, ...] = ()

    @property
    def groups(self) -> list[Group]:
        """The decisions, and what is asked of the gate as a whole."""
        whole = Group(key=None, version=None, lines=self.gate_criteria)
        return [*self.decisions, whole] if self.gate_criteria else [*self.decisions]

    def lines(self) -> list[tuple[Group, Line]]:
        """Returns every criterion with its group."""
        return [(group, line) for group in self.groups for line in group.lines]


AnyAnswer: TypeAlias = Answer | ShortAnswer


class Answers(NamedTuple):
    """The answers of one check. `counts`: by verdict, of all concepts; `document`: as json shows it."""

    shown: tuple[AnyAnswer, ...]
    counts: Counter[str]
    document: Json

    @property
    def ready(self) -> bool:
        """True if all of them are ready; False if there is none."""
        passing = sum(self.counts[verdict] for verdict in PASSING)
        return passing > 0 and passing == self.counts.total() and all(each.ready for each in self.shown)


class _Page(Struct):
    as_of: Instant
    items: list[dict[str, Any]]
    counts: dict[str, int]
    next: str | None


def read_verdict(document: Any, concept: str, gate: str | None) -> Answer:
    """Returns the verdict in a document; Unanswered unless it answers this very question."""
    try:
        answer = convert(document, Answer)
    except ValidationError as error:
        raise _malformed(type(error).__name__) from None
    if answer.concept != concept or (gate is not None and answer.gate != gate):
        raise _malformed("it is about something else")
    return answer


def read_page(document: Any) -> tuple[list[ShortAnswer], Counter[str], str | None]:
    """Returns a page of verdicts: its entries, the counts of all pages, and the cursor of the next."""
    try:
        page = convert(document, _Page)
        entries = convert([{**item, "as_of": page.as_of} for item in page.items], list[ShortAnswer])
        return entries, Counter({name: page.counts[name] for name in sorted(VERDICTS)}), page.next
    except (KeyError, ValidationError) as error:
        raise _malformed(type(error).__name__) from None


def _malformed(why: str) -> Unanswered:
    return Unanswered(
        f"The answer is not one that Gateproof gives ({why}). Is GATEPROOF_URL its address, and not that of a"
        " login page or proxy?"
    )
