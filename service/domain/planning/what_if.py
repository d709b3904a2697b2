"""What-if: the recorded facts with supposed conversations, citations and withdrawals added."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from operator import attrgetter
from typing import Any, NamedTuple

import rfc8785
from msgspec import structs

from schemas.process import Counts
from schemas.what_if import MendedReason, SupposedConversation, SupposedRevision, WhatIfIn
from service.domain.criteria.filters import fold_label
from service.domain.facts.fold import cite, withdraw
from service.domain.facts.model import Citation, Conversation, Decision, Facts
from service.domain.record.conversation import UNSAID, Attendee

FEWEST_WORDS = 1
TICK = timedelta(microseconds=1)
USUAL_KIND = "interview"
USUAL_RELATIONSHIP = "prospect"
AS_STATED = SupposedConversation.model_fields.keys() & {*Conversation.__struct_fields__}
"""What is supposed as it is said, unless it is made of it below."""


class Nameable(NamedTuple):
    """The people, and the customers' segments and relationships, that a what-if may name; `by`: who asks."""

    people: Mapping[str, Attendee]
    customers: Mapping[str, tuple[str, str]]
    by: str


class World(NamedTuple):
    """Facts to judge, and the themes' labels by id."""

    facts: Facts
    themes: dict[str, str]


def suppose(world: World, counts: Counts, what_if: WhatIfIn, nameable: Nameable, at: datetime) -> World:
    """Returns the world in which all of the what-if had happened by `at`; the given one is not changed.

    Every conversation, decision and person that is referred to has to exist.
    """
    facts, themes = _copied(world.facts), dict(world.themes)
    for revision in what_if.revisions:
        talk_revised = _revised(facts.conversations[revision.conversation], revision, counts, themes)
        facts.conversations[revision.conversation] = talk_revised
    for id in what_if.withdrawals:
        withdraw(facts, id, at)
    for talk in what_if.conversations:
        facts.conversations[talk.ref] = _conversation(talk, facts, counts, nameable, at, themes)
    for number, cited in enumerate(what_if.citations, start=1):
        stated = facts.decisions.setdefault(
            cited.decision, Decision(cited.decision, 1, 0, nameable.by, nameable.by, None)
        )
        supposed = Citation(
            id=f"what-if {number}",
            conversation=cited.conversation,
            decision=cited.decision,
            version=stated.version,
            stance=cited.stance,
            shaped=True,
            copied=False,
            citer=nameable.by,
            at=at,
        )
        cite(facts, supposed)
    if what_if.conversations or what_if.citations or what_if.withdrawals or what_if.revisions:
        facts.used.append((facts.used[-1][0], "what-if", digest_of(what_if)))
    return World(facts, themes)


def digest_of(what_if: WhatIfIn) -> str:
    """The digest of a what-if, so that no supposed verdict passes for one on record."""
    supposed = {"conversations", "citations", "withdrawals"} | ({"revisions"} if what_if.revisions else set())
    content = what_if.model_dump(mode="json", include=supposed)
    return "sha256:" + sha256(rfc8785.dumps(content)).hexdigest()


def _copied(facts: Facts) -> Facts:
    return replace(
        facts,
        decisions=copy(facts.decisions),
        citations=copy(facts.citations),
        conversations=copy(facts.conversations),
        approvals=copy(facts.approvals),
        used=copy(facts.used),
    )


def _conversation(
    talk: SupposedConversation,
    facts: Facts,
    counts: Counts,
    nameable: Nameable,
    at: datetime,
    themes: dict[str, str],
) -> Conversation:
    # Names with a space in them are nobody's: keys have none.
    customer = talk.customer or f"{talk.ref} customer"
    segment, relationship = nameable.customers.get(customer, (facts.primary_segment, USUAL_RELATIONSHIP))
    stated = {name: getattr(talk, name) for name in AS_STATED}
    minutes = counts.min_minutes if talk.duration_minutes is None else talk.duration_minutes
    return Conversation(
        **UNSAID
        | stated
        | {
            "id": talk.ref,
            "recorded_at": at,
            "author": nameable.by,
            "revised_at": at,
            "reviser": nameable.by,
            "revision": 0,
            "digest": "what-if",
            "commitment": "what-if",
            "kind": talk.kind or (USUAL_KIND if USUAL_KIND in counts.kinds else counts.kinds[0]),
            "held_at": talk.held_at or _just_before(at, minutes, customer, facts),
            "minutes": minutes,
            "words": max(counts.min_words, FEWEST_WORDS) if talk.word_count is None else talk.word_count,
            "customer": customer,
            "segment": talk.segment or segment,
            "relationship": talk.relationship or relationship,
            "participants": tuple(f"{talk.ref} participant {n + 1}" for n in range(talk.participants)),
            "attendees": _attendees(talk, facts, nameable),
            "themes": tuple(_theme(label, themes) for label in talk.themes),
            "commitments": tuple(sorted(set(talk.commitments))),
        }
    )


MENDS: dict[MendedReason, Callable[[Counts], dict[str, Any]]] = {
    "TOO_SHORT": lambda counts: {"minutes": counts.min_minutes},
    "SUMMARY_TOO_THIN": lambda counts: {"words": max(counts.min_words, FEWEST_WORDS)},
    "NOT_INDEPENDENT": lambda _: {"colleagues": False},
    "CONSENT_UNKNOWN": lambda _: {"consent": "notes", "consent_stated": True},
    "SOLUTION_SHOWN": lambda _: {"solution_shown": False},
}
"""What a talk says once a reason is mended."""


def _revised(
    talk: Conversation, revision: SupposedRevision, counts: Counts, themes: dict[str, str]
) -> Conversation:
    mended: dict[str, Any] = {}
    for code in revision.mends:
        mended |= MENDS[code](counts)
    coded = tuple(_theme(label, themes) for label in revision.themes)
    return structs.replace(talk, **mended, themes=tuple(dict.fromkeys((*talk.themes, *coded))))


def _just_before(at: datetime, minutes: int, customer: str, facts: Facts) -> datetime:
    """Unsaid: it is over by then, and after it begins whatever else is supposed of this customer."""
    length, held_at = timedelta(minutes=minutes), at - timedelta(minutes=minutes)
    supposed = [
        talk for talk in facts.conversations.values() if talk.customer == customer and not talk.revision
    ]
    for talk in sorted(supposed, key=attrgetter("held_at"), reverse=True):
        if talk.held_at < held_at + max(length, TICK) and held_at < talk.over_at:
            held_at = talk.held_at - length
    return held_at


def _attendees(talk: SupposedConversation, facts: Facts, nameable: Nameable) -> tuple[Attendee, ...]:
    """Unsaid: the first of the team; without a team nobody was there, and the verdict says so."""
    keys = sorted(facts.team)[:1] if talk.attendees is None else dict.fromkeys(talk.attendees)
    return tuple(nameable.people[key] for key in keys)


def _theme(label: str, themes: dict[str, str]) -> str:
    """The id of a theme that was voiced before, or a new one."""
    folded = fold_label(label)
    for id, recorded in themes.items():
        if fold_label(recorded) == folded:
            return id
    id = f"what-if theme {folded}"
    themes[id] = label
    return id
