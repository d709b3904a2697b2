"""Step two, admissible: does a talk count? Each reason why not, with its rule and words, in their order.

A new reason is a code of `schemas.conversation.Reason`, and a rule here. A code without either a rule or a
line under ANNOUNCED stops the service from starting.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVarTuple, get_args

from schemas.conversation import DoesNotCount, Reason
from schemas.process import Counts
from schemas.vocabulary import AGAINST
from service.domain.criteria.gaps import Judged, gaps_of
from service.domain.facts.consent import ALLOWS
from service.domain.facts.model import Citation, Conversation, Facts
from service.domain.facts.teams import Teams, interviewers, joined_later, teams_of
from service.domain.record import edition

Known = TypeVarTuple("Known")
Doubted = dict[tuple[str, str], list[Citation]]
"""By conversation and decision: what was ever cited that does not simply agree; by the first edition
somebody without an opinion was in it."""


class ReasonRule(NamedTuple, Generic[*Known]):
    """A rule by which something does not count: its code, its words, and when it applies."""

    code: Reason
    message: str
    applies: Callable[[*Known], bool]


def is_independent(conversation: Conversation) -> bool:
    """Returns whether customers took part, none of them a colleague, the author or another attendee."""
    participants = conversation.participants
    if not participants or conversation.colleagues or conversation.author in participants:
        return False
    return {attendee.person for attendee in conversation.attendees}.isdisjoint(participants)


def is_first_hand(conversation: Conversation, teams: Teams) -> bool:
    """Returns whether somebody attended who was on the team when the talk was held."""
    return bool(interviewers(conversation, teams))


def _is_padded(talk: Conversation, counts: Counts) -> bool:
    """Returns whether the same words stand in it again and again."""
    return talk.different_words is not None and talk.different_words * 2 < counts.min_words


def is_contradicted(support: Citation, facts: Facts, doubted: Doubted) -> bool:
    """Returns whether the same conversation also stands against the decision that it supports."""
    others = doubted.get((support.conversation, support.decision), ())
    return any(_stands_against(facts, other, support) for other in others)


def _stands_against(facts: Facts, other: Citation, support: Citation) -> bool:
    """One talk does not both doubt and support a statement. A contradiction of an earlier statement
    carries over until it is answered for this one."""
    if other.version == support.version:
        return True
    return (
        other.stance == "contradicts"
        and other.version < support.version
        and (other.id, support.version) not in facts.answered
    )


FOR_GOOD: timedelta | None = None
"""The window of those to whom an old talk is as good as a recent one."""


def freshness(days: int | None) -> timedelta | None:
    """The time for which a talk counts after it was held."""
    return timedelta(days=days) if days else FOR_GOOD


class Held(NamedTuple):
    """When a talk began, and from when on it counts."""

    at: datetime
    counts_from: datetime


ENDED: tuple[ReasonRule[bool, bool], ...] = (
    ReasonRule("ERASED", "Its words were erased.", lambda erased, _: erased),
    ReasonRule("WITHDRAWN", "It was withdrawn.", lambda erased, withdrawn: withdrawn and not erased),
)
"""Of what was erased or withdrawn: the conversation, or its citation."""

OF_TALK: tuple[ReasonRule[Conversation, Counts], ...] = (
    ReasonRule(
        "KIND_NOT_EVIDENCE",
        "This kind of record is not a live talk that the process counts.",
        lambda talk, counts: talk.kind not in counts.kinds,
    ),
    ReasonRule(
        "TOO_SHORT",
        "Its duration is unknown or shorter than the process asks.",
        lambda talk, counts: talk.minutes is None or talk.minutes < counts.min_minutes,
    ),
    ReasonRule(
        "SUMMARY_TOO_THIN",
        "Its summary has fewer words than the process asks.",
        lambda talk, counts: talk.words < counts.min_words or _is_padded(talk, counts),
    ),
    ReasonRule(
        "NEAR_COPY",
        "Its summary nearly repeats another one.",
        lambda talk, _: talk.near_copy_of is not None,
    ),
    ReasonRule(
        "NOT_INDEPENDENT",
        "No participant is named, or one may be a colleague or the author.",
        lambda talk, _: not is_independent(talk),
    ),
    ReasonRule(
        "CONSENT_WITHDRAWN",
        "There is no consent to use it.",
        lambda talk, _: talk.consent_stated and not ALLOWS[talk.consent].count,
    ),
    ReasonRule(
        "CONSENT_UNKNOWN",
        "Nobody has said what the customer allows.",
        lambda talk, _: not talk.consent_stated and not ALLOWS[talk.consent].count,
    ),
)
"""Of the conversation, whatever it is cited for. Unknown is never favourable."""

OF_TEAM: tuple[ReasonRule[Conversation, Counts, Teams], ...] = (
    ReasonRule(
        "NOT_FIRST_HAND",
        "Nobody of the concept's team attended.",
        lambda talk, counts, teams: (
            counts.first_hand and not is_first_hand(talk, teams) and not joined_later(talk, teams)
        ),
    ),
    ReasonRule(
        "JOINED_LATER",
        "Who attended joined the concept's team after it was held.",
        lambda talk, counts, teams: counts.first_hand and joined_later(talk, teams),
    ),
)
"""Of who was there, for a concept's team."""

OF_CITATION: tuple[ReasonRule[Citation, Conversation, Counts], ...] = (
    ReasonRule(
        "SOLUTION_SHOWN",
        "The solution was shown, or it is not said that it was not.",
        lambda citation, talk, counts: (
            citation.decision in counts.solution_unseen_for and talk.solution_shown is not False
        ),
    ),
    ReasonRule(
        "SHAPING_MISSING",
        "It does not say how the conversation shaped the decision.",
        lambda citation, _, __: not citation.shaped,
    ),
    ReasonRule(
        "SHAPING_COPIED",
        "Its shaping text repeats that of an earlier citation of this decision.",
        lambda citation, _, __: citation.copied,
    ),
)
"""Of what it is cited for, and how."""

OF_SUPPORT: tuple[ReasonRule[Citation, Facts, Doubted], ...] = (
    ReasonRule(
        "OLD_STATEMENT",
        "It was cited for an earlier statement; cite it again if it still holds.",
        lambda support, facts, _: support.version != facts.decisions[support.decision].version,
    ),
    ReasonRule(
        "CONTRADICTED",
        "The same conversation is also cited as not simply agreeing with this decision.",
        is_contradicted,
    ),
)
"""Of a citation that supports, beside all others of the concept."""

OF_AGE: tuple[ReasonRule[Held, timedelta | None, datetime], ...] = (
    ReasonRule(
        "IN_FUTURE",
        "It is dated later than this instant.",
        lambda held, _, as_of: as_of < held.counts_from,
    ),
    ReasonRule(
        "TOO_OLD",
        "It was held too long ago.",
        lambda held, window, as_of: window is not None and held.at + window <= as_of,
    ),
)
"""Of when it was held, for how long it counts, and the instant. Each criterion has a window
of its own, so verdicts ask this last."""

ANNOUNCED: dict[Reason, str] = {
    "QUOTE_NOT_IN_TRANSCRIPT": "A quote does not stand in the transcript.",
}
"""Codes that clients may expect already, and their words: nothing finds them yet."""


def messages_of(
    rules: Iterable[ReasonRule[*tuple[Any, ...]]], announced: dict[Reason, str]
) -> dict[Reason, str]:
    """The words of each code. TypeError unless every code has exactly one rule, or is announced."""
    words = [*((rule.code, rule.message) for rule in rules), *announced.items()]
    codes = sorted(code for code, _ in words)
    if codes != sorted(get_args(Reason)):
        wrong = {*codes} ^ {*get_args(Reason)} or {code for code in codes if codes.count(code) > 1}
        raise TypeError(f"a reason has one code and one rule, or is announced; not so: {sorted(wrong)}")
    return dict(words)


MESSAGES = messages_of((*ENDED, *OF_TALK, *OF_TEAM, *OF_CITATION, *OF_SUPPORT, *OF_AGE), ANNOUNCED)


def reasons(rules: tuple[ReasonRule[*Known], ...], *known: *Known) -> list[Reason]:
    """The codes of the rules that apply to what is known, in their order; none: nothing speaks against it."""
    codes: list[Reason] = []
    for rule in rules:
        if rule.applies(*known):
            codes.append(rule.code)  # noqa: PERF401 - a comprehension takes three times as long here
    return codes


class Age(NamedTuple):
    """For how long talks count after they were held, and the instant that is asked for."""

    window: timedelta | None
    as_of: datetime


def reasons_against(
    talk: Conversation, counts: Counts, teams: Teams | None = None, age: Age | None = None
) -> list[Reason]:
    """The reasons why a conversation does not count, whatever it is cited for. `teams`: None where any
    team's will do. `age`: None where no instant is asked for.

    Who asks of a talk by itself asks whether it was held since something: its beginning says."""
    ended = reasons(ENDED, talk.erased, talk.withdrawn)
    if talk.erased:
        return ended
    codes = [] if age is None else reasons(OF_AGE, Held(talk.held_at, talk.held_at), *age)
    codes += reasons(OF_TALK, talk, counts)
    codes += [] if teams is None else reasons(OF_TEAM, talk, counts, teams)
    return codes + ended


def explained(codes: Sequence[Reason], judged: Judged) -> list[DoesNotCount]:
    """The codes with their words, and what would mend each."""
    return [
        DoesNotCount(
            code=code,
            message=MESSAGES[code],
            found=gap.found,
            required=gap.required,
            remedy=gap.remedy,
        )
        for code, gap in zip(codes, gaps_of(codes, judged), strict=True)
    ]


class AssessedCitation(NamedTuple):
    """A citation with its conversation and every reason, age aside, for which it does not count."""

    citation: Citation
    conversation: Conversation
    codes: tuple[Reason, ...]

    def codes_at(self, age: Age) -> list[Reason]:
        """Every reason at this age."""
        talk = self.conversation
        return [*self.codes, *reasons(OF_AGE, Held(talk.held_at, talk.over_at), *age)]


def assessed_citations(facts: Facts, counts: Counts) -> list[AssessedCitation]:
    """Every citation of the concept with the reasons against it, in the order of recording."""
    doubted, teams = _doubted(facts), teams_of(facts)
    return [_assessed(facts, counts, citation, teams, doubted) for citation in facts.citations.values()]


def _assessed(
    facts: Facts, counts: Counts, citation: Citation, teams: Teams, doubted: Doubted
) -> AssessedCitation:
    talk = facts.conversations[citation.conversation]
    codes = reasons(ENDED, talk.erased, talk.withdrawn or citation.withdrawn)
    if not codes:
        codes = reasons(OF_TALK, talk, counts)
        codes += reasons(OF_TEAM, talk, counts, teams)
        codes += reasons(OF_CITATION, citation, talk, counts)
        if citation.stance == "supports":
            codes += reasons(OF_SUPPORT, citation, facts, doubted)
        if citation.admitted is not None:
            codes = [code for code in codes if code not in citation.admitted.codes]
    return AssessedCitation(citation, talk, tuple(codes))


def _doubted(facts: Facts) -> Doubted:
    doubted: Doubted = {}
    for citation in facts.citations.values():
        is_against = citation.stance in AGAINST
        if facts.edition == edition.FIRST:
            is_against = citation.stance != "supports"
        if is_against and citation.slip is None:
            doubted.setdefault((citation.conversation, citation.decision), []).append(citation)
    return doubted
