"""What is missing where something does not count: what is on record, what is asked for, and the call that
mends it.

Ids, keys and counts only. A code of `schemas.conversation.Reason` without an entry in GAPS says nothing more.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from schemas.conversation import Reason
from schemas.process import Counts
from service.domain.criteria.wording import more
from service.domain.facts.model import Citation, Conversation, Facts


class Gap(Struct, frozen=True, array_like=True, gc=False):
    """What is on record, what is asked for, and how it is mended. Numbers are counts."""

    found: int | str | None = None
    required: int | str | None = None
    remedy: str | None = None


NO_GAP = Gap()


class Judged(NamedTuple):
    """What did not count, and by what. `facts`, `citation`: None where it is not looked at as cited."""

    talk: Conversation
    counts: Counts
    facts: Facts | None = None
    citation: Citation | None = None

    @property
    def talk_path(self) -> str:
        return f"POST /v1/conversations/{self.talk.id}"

    @property
    def citations_path(self) -> str:
        return f"POST /v1/concepts/{self.facts.concept if self.facts else '{concept}'}/citations"

    @property
    def citation_path(self) -> str:
        return f"{self.citations_path}/{self.citation.id if self.citation else '{citation}'}"

    def revise(self, how: str) -> str:
        """The remedy that is a revision."""
        return f"{self.talk_path}/revisions with {how}"

    def or_admit(self, remedy: str) -> str:
        """The remedy, and the way out where it was a good talk all the same."""
        return f"{remedy}; or an independent gatekeeper admits it: {self.citation_path}/admit"


def _kind(judged: Judged) -> Gap:
    kinds = ", ".join(judged.counts.kinds)
    remedy = "Talk with them, and record that; if it was a talk, " + judged.revise("the kind that it was")
    return Gap(judged.talk.kind, kinds, remedy)


def _short(judged: Judged) -> Gap:
    least = judged.counts.min_minutes
    if judged.talk.minutes is None:
        return Gap(None, least, judged.revise(f"duration_minutes, how long it was: {least} at least"))
    wrong = judged.revise("duration_minutes, if that is wrong")
    return Gap(judged.talk.minutes, least, judged.or_admit(wrong))


def _thin(judged: Judged) -> Gap:
    words, least = judged.talk.words, judged.counts.min_words
    different = judged.talk.different_words
    if words >= least and different is not None:
        fewest = -(-least // 2)
        remedy = judged.revise(f"a summary of {fewest} different words: what was said")
        return Gap(different, fewest, judged.or_admit(remedy))
    needed = max(least - words, 1)
    return Gap(
        words, least, judged.or_admit(judged.revise(f"a summary of {more(needed, 'words')}: what was said"))
    )


def _independent(judged: Judged) -> Gap:
    talk = judged.talk
    if not talk.participants:
        return Gap(0, 1, judged.revise("participants: who took part, by a pseudonym, with colleague: false"))
    people = {talk.author, *(attendee.person for attendee in talk.attendees)}
    own = [ref for ref in talk.participants if ref in people or ref in talk.namesakes]
    if own:
        named = ", ".join(own)
        remedy = judged.revise(
            f"another ref for participant {named}: a colleague has this key. A colleague among the"
            " participants makes it no customer's talk"
        )
        return Gap(named, "participants who are no colleagues", remedy)
    unsure = ", ".join(talk.maybe_colleagues)
    which = f"participant {unsure}" if unsure else "each participant"
    remedy = judged.revise(f"colleague: false of {which}, if that is so")
    return Gap(unsure or None, "participants who are no colleagues", remedy)


def _no_consent(judged: Judged) -> Gap:
    remedy = f"{judged.talk_path}/consent with what the customer allows, and how you know; ask them"
    return Gap(judged.talk.consent, "notes", remedy)


def _second_hand(judged: Judged) -> Gap:
    there = ", ".join(attendee.person for attendee in judged.talk.attendees)
    team = ", ".join(sorted(judged.facts.team)) if judged.facts else ""
    remedy = judged.revise("attendees, if somebody of the team was there")
    return Gap(there or None, f"one of {team}" if team else None, judged.or_admit(remedy))


def _joined(judged: Judged) -> Gap:
    there = ", ".join(attendee.person for attendee in judged.talk.attendees)
    remedy = "Talk with them again, now that the team is there, and record and cite that"
    return Gap(there, f"on the team by {judged.talk.held_at:%Y-%m-%dT%H:%M:%SZ}", judged.or_admit(remedy))


def _solution(judged: Judged) -> Gap:
    if judged.talk.solution_shown is None:
        return Gap(None, "false", judged.revise("solution_shown: false, if it was not shown"))
    wrong = judged.revise("solution_shown: false, if that is wrong")
    return Gap("true", "false", judged.or_admit(wrong))


def _again(judged: Judged) -> str:
    return f"{judged.citation_path}/withdraw, then {judged.citations_path}"


def _unshaped(judged: Judged) -> Gap:
    remedy = f"{_again(judged)} with `shaped`: a sentence on what it changed or confirmed"
    return Gap(None, "shaped", remedy)


def _old_statement(judged: Judged) -> Gap:
    remedy = f"{judged.citations_path} again, saying in `shaped` why it holds of today's statement"
    if judged.citation is None or judged.facts is None:
        return Gap(None, None, remedy)
    version = judged.facts.decisions[judged.citation.decision].version
    return Gap(judged.citation.version, version, remedy)


def _ended(judged: Judged) -> Gap:
    if judged.talk.withdrawn:
        return Gap(remedy="If it was held, record it again: POST /v1/conversations")
    return Gap(remedy=f"If it holds after all: {judged.citations_path}")


def _copy(judged: Judged) -> Gap:
    """Whoever may read it sees which record it repeats."""
    remedy = judged.or_admit(judged.revise("a summary of this talk in words of its own"))
    return Gap(judged.talk.near_copy_of, None, remedy)


def gap_of_age(code: Reason, talk: str, held_at: datetime) -> Gap:
    """What is missing where the day is the reason. It does not move with time: the verdict's instant is not
    in it."""
    remedy = {
        "IN_FUTURE": f"Wait until then; if it is wrong, POST /v1/conversations/{talk}/revisions with held_at",
        "TOO_OLD": "Talk with them again, and record and cite that",
    }
    return Gap(f"{held_at:%Y-%m-%dT%H:%M:%SZ}", None, remedy[code])


GAPS: dict[Reason, Callable[[Judged], Gap]] = {
    "ERASED": lambda _: Gap(remedy="Nothing brings it back: talk with somebody else."),
    "WITHDRAWN": _ended,
    "KIND_NOT_EVIDENCE": _kind,
    "TOO_SHORT": _short,
    "SUMMARY_TOO_THIN": _thin,
    "NOT_INDEPENDENT": _independent,
    "CONSENT_UNKNOWN": _no_consent,
    "CONSENT_WITHDRAWN": _no_consent,
    "NOT_FIRST_HAND": _second_hand,
    "JOINED_LATER": _joined,
    "SOLUTION_SHOWN": _solution,
    "SHAPING_MISSING": _unshaped,
    "SHAPING_COPIED": lambda judged: Gap(
        remedy=f"{_again(judged)} with what this talk did to the decision, in words of its own"
    ),
    "OLD_STATEMENT": _old_statement,
    "CONTRADICTED": lambda judged: Gap(
        remedy="The decision's owner answers the contradiction. A slip is withdrawn within a day, and an"
        f" independent gatekeeper confirms it: {judged.citations_path}/{{citation}}/slip"
    ),
    "IN_FUTURE": lambda judged: gap_of_age("IN_FUTURE", judged.talk.id, judged.talk.over_at),
    "TOO_OLD": lambda judged: gap_of_age("TOO_OLD", judged.talk.id, judged.talk.held_at),
    "NEAR_COPY": _copy,
    "QUOTE_NOT_IN_TRANSCRIPT": lambda judged: Gap(remedy=judged.revise("quotes as they stand there")),
}


def gaps_of(codes: Iterable[Reason], judged: Judged) -> tuple[Gap, ...]:
    """What is missing for each of these reasons, in their order."""
    return tuple(GAPS[code](judged) if code in GAPS else NO_GAP for code in codes)
