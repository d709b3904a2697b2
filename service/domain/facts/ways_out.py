"""Honest ways out, each confirmed by a gatekeeper who is no party: a slip, an admission, another wording."""

from collections.abc import Mapping
from typing import Any

from service.domain.facts.approvals import outdate
from service.domain.facts.model import Admission, Facts, Slip
from service.domain.record.citation import CitationAdmitted, SlipConfirmed
from service.domain.record.decision import WordingConfirmed
from service.domain.record.event import LogEntry


def slip_confirmed(facts: Facts, entry: LogEntry[SlipConfirmed]) -> None:
    """The stance stands against nothing any more: the same talk's support counts, and no answer is asked."""
    citation = facts.citations[entry.event.citation]
    facts.citations[citation.id] = citation._replace(slip=Slip(entry.actor, entry.at))
    outdate(facts, "SLIP_CONFIRMED")


def admitted(facts: Facts, entry: LogEntry[CitationAdmitted]) -> None:
    """The citation counts in spite of the reasons that are lifted, those lifted earlier among them."""
    given, citation = entry.event, facts.citations[entry.event.citation]
    before = citation.admitted.codes if citation.admitted else ()
    codes = tuple(dict.fromkeys((*before, *given.codes)))
    admission = Admission(given.gate, codes, entry.actor, entry.at)
    facts.citations[citation.id] = citation._replace(admitted=admission)
    facts.admissions.append((citation.decision, given.gate))
    outdate(facts, "ADMITTED")


def wording_confirmed(facts: Facts, entry: LogEntry[WordingConfirmed]) -> None:
    """All that rested on the earlier wording rests on this one: support, answers, passes and waivers."""
    key, now, before = entry.event.decision, entry.event.version, entry.event.wording_of
    decision = facts.decisions[key]
    facts.decisions[key] = decision._replace(is_confirmed=decision.version == now or decision.is_confirmed)
    facts.wordings = [
        each._replace(version=now) if (each.decision, each.version) == (key, before) else each
        for each in facts.wordings
        if (each.decision, each.version) != (key, now)
    ]
    for id, citation in facts.citations.items():
        # Contradictions carry over as it is; and neutral ones stay with what they were cited for.
        if (citation.decision, citation.version, citation.stance) == (key, before, "supports"):
            facts.citations[id] = citation._replace(version=now)
    facts.answered |= {
        (id, now)
        for id, version in facts.answered
        if version == before and facts.citations[id].decision == key
    }
    for id, waiver in facts.waivers.items():
        facts.waivers[id] = waiver._replace(versions=_moved(waiver.versions, key, before, now))
    facts.reviews = [
        each._replace(versions=_moved(each.versions, key, before, now)) for each in facts.reviews
    ]


def _moved(versions: Mapping[str, int], key: str, before: int, now: int) -> Mapping[str, Any]:
    return {**versions, key: now} if versions.get(key) == before else versions
