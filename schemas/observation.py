"""Observations: what whoever decides should know, and what never blocks by itself."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schemas.base import Model, Part

TouchCode = Literal[
    "REVISED_INTO_COUNTING",
    "REDATED",
    "CONSENT_RAISED",
    "RECORDED_LATE",
    "TWO_PLACES",
    "SAME_MEETING",
    "MARATHON",
    "THIN_SLICE",
    "SALES_ONLY",
    "NOT_THERE",
    "OLDER_THAN_CONCEPT",
    "SHARES_TEXT",
    "FORM_LIKE",
    "THEME_NOT_IN_TEXT",
    "NOTE_UNRELATED",
]
"""Of single conversations: a criterion may count only what is clear of them. Of a pair, the one that was
recorded later is touched."""
ObservationCode = (
    TouchCode
    | Literal[
        "RECORDED_TOGETHER",
        "EVE_OF_GATE",
        "UNANSWERED",
        "PLACEHOLDER",
        "ALL_CONFIRMED",
        "EVIDENCE_GONE",
        "CONCEPT_CHANGED",
        "PROCESS_CHANGED",
        "ALONE",
        "QUICK_VOTE",
    ]
)


@dataclass(kw_only=True)
class ObservationSubject(Part):
    """What an observation is about: ids, and keys of customers, decisions and people."""

    conversations: list[str] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    reviews: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class BotObservation(Part):
    """An observation in codes and ids."""

    code: ObservationCode
    about: ObservationSubject
    since: datetime
    """When what was observed was recorded."""


@dataclass(kw_only=True)
class Observation(BotObservation):
    """A fact that whoever decides should know. It never blocks by itself, and accuses nobody."""

    message: str
    """What is on record."""
    remedy: str
    """What an honest reason could be, and what to do about it."""


class Detector(Model):
    """How an observation, or a rule about texts, comes about, and how often it alarms on real records."""

    code: str
    kind: Literal["observation", "text_rule"]
    version: int
    threshold: str
    """From which on it alarms; empty: it has none."""
    catches: str
    calibrated_on: str
    """On what the threshold was chosen; "reasoned": on nothing that was measured."""
    false_alarms: str
    """How often it alarms on real records; "not measured" where the records cannot say."""
    touches: bool
    """A criterion may count only what is clear of it: `where: {clear_of: [code]}`."""


class Detectors(Model):
    """Every detector, the heaviest first."""

    items: list[Detector]
