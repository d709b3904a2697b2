"""Step two, eligibility: each citation counts, or does not and why. Age is left to the criteria."""

from typing import NamedTuple

from schemas.process import Counts
from schemas.vocabulary import Reason
from service.domain.facts.consent import ALLOWS
from service.domain.facts.model import Citation, Conversation, Facts

Doubted = dict[tuple[str, str], list[Citation]]


class Standing(NamedTuple):
    """A citation with its conversation and every reason, age aside, for which it does not count."""

    citation: Citation
    conversation: Conversation
    codes: tuple[Reason, ...]


def standings(facts: Facts, counts: Counts) -> list[Standing]:
    """Every citation of the concept, in the order of recording."""
    doubted = _doubted(facts)
    return [_standing(facts, counts, citation, doubted) for citation in facts.citations.values()]


def _standing(facts: Facts, counts: Counts, citation: Citation, doubted: Doubted) -> Standing:
    conversation = facts.conversations[citation.conversation]
    if conversation.erased:
        return Standing(citation, conversation, ("ERASED",))
    if citation.withdrawn or conversation.withdrawn:
        return Standing(citation, conversation, ("WITHDRAWN",))
    codes = of_conversation(conversation, counts)
    codes += _of_meeting(facts, counts, citation, conversation)
    codes += _of_citation(facts, citation, doubted)
    return Standing(citation, conversation, tuple(codes))


def of_conversation(conversation: Conversation, counts: Counts) -> list[Reason]:
    """What speaks against a conversation whatever it is cited for. Unknown is never favourable."""
    codes: list[Reason] = []
    if conversation.kind not in counts.kinds:
        codes.append("KIND_NOT_EVIDENCE")
    if conversation.minutes is None or conversation.minutes < counts.min_minutes:
        codes.append("TOO_SHORT")
    if conversation.words < counts.min_words:
        codes.append("SUMMARY_TOO_THIN")
    if not is_independent(conversation):
        codes.append("NOT_INDEPENDENT")
    if not ALLOWS[conversation.consent].count:
        codes.append("CONSENT_WITHDRAWN")
    return codes


def is_independent(conversation: Conversation) -> bool:
    """Whether customers took part, none of them a colleague, the author or another attendee."""
    theirs = conversation.participants
    if not theirs or conversation.colleagues or conversation.author in theirs:
        return False
    return {attendee.person for attendee in conversation.attendees}.isdisjoint(theirs)


def _of_meeting(facts: Facts, counts: Counts, citation: Citation, conversation: Conversation) -> list[Reason]:
    codes: list[Reason] = []
    if counts.first_hand and not is_first_hand(conversation, facts.team):
        codes.append("NOT_FIRST_HAND")
    if citation.decision in counts.solution_unseen_for and conversation.solution_shown is not False:
        codes.append("SOLUTION_SHOWN")
    return codes


def _of_citation(facts: Facts, citation: Citation, doubted: Doubted) -> list[Reason]:
    codes: list[Reason] = []
    if not citation.shaped:
        codes.append("SHAPING_MISSING")
    if citation.copied:
        codes.append("SHAPING_COPIED")
    if citation.stance != "supports":
        return codes
    if citation.version != facts.decisions[citation.decision].version:
        codes.append("OLD_STATEMENT")
    said = doubted.get((citation.conversation, citation.decision))
    if said and any(_stands_against(facts, other, citation) for other in said):
        codes.append("CONTRADICTED")
    return codes


def _doubted(facts: Facts) -> Doubted:
    """By conversation and decision: what was ever cited that does not simply agree."""
    doubted: Doubted = {}
    for citation in facts.citations.values():
        if citation.stance != "supports":
            doubted.setdefault((citation.conversation, citation.decision), []).append(citation)
    return doubted


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


def is_first_hand(conversation: Conversation, team: frozenset[str]) -> bool:
    """Whether somebody of the team attended."""
    return not team.isdisjoint([attendee.person for attendee in conversation.attendees])
