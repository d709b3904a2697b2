"""A review as it is shown: its frozen verdict with the words put back, and what else it rests on."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from schemas.review import EvidenceErased, Override, Review
from service.domain.facts import Recorded
from service.store import contents, history, reviews, themes
from service.usecases.attestations import address

_WITHOUT_LABELS = {"__all__": {"shared": {"label"}}}
WITHOUT_WORDS: Any = {
    "decisions": {"__all__": {"statement": True, "criteria": _WITHOUT_LABELS}},
    "gate_criteria": _WITHOUT_LABELS,
}


class Views:
    """The reviews of one concept. What they rest on is in the log, read when the first is shown."""

    def __init__(self, connection: Connection, concept: Row[Any]) -> None:
        self._connection, self._concept = connection, concept

    def show(self, row: Row[Any]) -> Review:
        """The review of a row."""
        event = self._events.get(row.id)
        erased = [
            EvidenceErased(conversation=each.conversation, erased_at=each.flagged_at)
            for each in reviews.flags_on(self._connection, row.id)
        ]
        said = event.data if event else {}
        return show(self._concept.key, row, said, _thawed(self._connection, row), erased)

    @cached_property
    def _events(self) -> dict[str, Recorded]:
        return history.of_reviews(self._connection, self._concept.id)


def show(
    concept: str,
    row: Any,
    said: Mapping[str, Any],
    verdict: Readiness,
    erased: Sequence[EvidenceErased] = (),
) -> Review:
    """A review of a concept, by its key, with the words of its row, what its event says, and its verdict."""
    words = row.words or {}
    return Review(
        id=row.id,
        concept=concept,
        gate=row.gate,
        outcome=row.outcome,
        accepted=row.accepted,
        refused=None if row.accepted else said.get("refused", "gate-not-ready"),
        to=row.to_gate,
        rationale=words.get("rationale", ""),
        conversations=said.get("conversations", []),
        override=Override(reason=words["override"]) if words.get("override") else None,
        stage=row.stage,
        enforced=row.enforced,
        conditional=row.accepted and row.outcome == "go" and verdict.verdict == "waived",
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        position=row.position,
        attestation=address(concept, row.attested) if row.attested else None,
        evidence_erased=list(erased),
        readiness=verdict,
    )


def _thawed(connection: Connection, row: Row[Any]) -> Readiness:
    """The frozen verdict, its words put back from where words live."""
    frozen = orjson.loads(row.readiness)
    kept_at = orjson.loads(row.statements)
    words = contents.words_of(connection, kept_at.values())
    criteria = list(frozen["gate_criteria"])
    for decision in frozen["decisions"]:
        said: Mapping[str, Any] = words.get(kept_at.get(decision["key"]), {})
        decision["statement"] = said.get("statement")
        criteria += decision["criteria"]
    shared = [entry["shared"] for entry in criteria if entry["shared"]]
    known = themes.labels_of(connection, [each["theme"] for each in shared])
    for each in shared:
        each["label"] = known.get(each["theme"])
    return Readiness.model_validate(frozen)
