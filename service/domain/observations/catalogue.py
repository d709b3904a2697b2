"""Every detector, the heaviest first, and what they observe of a concept at a gate."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from schemas.observation import Detector as PublicDetector
from schemas.observation import Observation, ObservationCode, TouchCode
from service.domain.observations import concept, meetings, people, recording, revisions, texts
from service.domain.observations.detector import Detector, Sight

ORDER: tuple[ObservationCode, ...] = (
    "EVIDENCE_GONE",
    "TWO_PLACES",
    "REVISED_INTO_COUNTING",
    "REDATED",
    "CONSENT_RAISED",
    "SAME_MEETING",
    "UNANSWERED",
    "PLACEHOLDER",
    "SHARES_TEXT",
    "FORM_LIKE",
    "PROCESS_CHANGED",
    "ALONE",
    "QUICK_VOTE",
    "RECORDED_TOGETHER",
    "MARATHON",
    "THIN_SLICE",
    "CONCEPT_CHANGED",
    "NOT_THERE",
    "NOTE_UNRELATED",
    "THEME_NOT_IN_TEXT",
    "ALL_CONFIRMED",
    "EVE_OF_GATE",
    "RECORDED_LATE",
    "SALES_ONLY",
    "OLDER_THAN_CONCEPT",
)
"""By weight: what says most comes first."""
TOUCHING: frozenset[str] = frozenset(get_args(TouchCode))


def _codes(of: Any) -> Iterator[str]:
    """The codes of nested literals."""
    for each in get_args(of):
        yield from ([each] if isinstance(each, str) else _codes(each))


_FOUND = {
    each.code: each
    for room in (revisions, recording, meetings, people, concept, texts)
    for each in room.DETECTORS
}
if sorted(_FOUND) != sorted(ORDER) or {*ORDER} != {*_codes(ObservationCode)}:
    raise TypeError("an observation has one code, one detector and one weight")
DETECTORS: tuple[Detector, ...] = tuple(_FOUND[code] for code in ORDER)


def observe(sight: Sight) -> list[Observation]:
    """What there is to know, the heaviest first."""
    return [
        Observation(
            code=detector.code,
            message=each.message,
            remedy=detector.remedy,
            about=each.about,
            since=each.since,
        )
        for detector in DETECTORS
        for each in detector.find(sight)
    ]


def touched(observations: Iterable[Observation]) -> Mapping[str, frozenset[str]]:
    """By code, the conversations that are not clear of it; of a pair, the one that was recorded later."""
    touching: dict[str, frozenset[str]] = {}
    for each in observations:
        if each.code in TOUCHING:
            ids = each.about.conversations[:1] if each.code in PAIRS else each.about.conversations
            touching[each.code] = touching.get(each.code, frozenset()) | frozenset(ids)
    return touching


PAIRS = frozenset({"TWO_PLACES", "SAME_MEETING", "MARATHON", "SHARES_TEXT", "FORM_LIKE"})
"""Of several conversations that are named, the first is touched."""


def public() -> list[PublicDetector]:
    """The detectors as anybody may read of them."""
    return [
        PublicDetector(
            code=each.code,
            kind="observation",
            version=each.version,
            threshold=each.threshold,
            catches=each.catches,
            calibrated_on=each.calibrated_on,
            false_alarms=each.false_alarms,
            touches=each.code in TOUCHING,
        )
        for each in DETECTORS
    ]
