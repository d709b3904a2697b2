"""A review as it is shown: its frozen verdict with the words put back, and what else it rests on."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from schemas.readiness import CriterionResult, Readiness
from schemas.review import EvidenceErased, Override, Review
from service.domain.record.event import LogEntry
from service.domain.record.review import ReviewFacts
from service.store.nouns import reviews, themes
from service.store.reading import history
from service.store.words import contents
from service.usecases.views import show_row


def without_words(verdict: Readiness) -> bytes:
    """The verdict as JSON, but for its words: statements and labels are put back from where words live."""
    decisions = []
    for each in verdict.decisions:
        fields = {**vars(each), "criteria": [_unlabelled(entry) for entry in each.criteria]}
        del fields["statement"]
        decisions.append(fields)
    whole = [_unlabelled(entry) for entry in verdict.gate_criteria]
    fields = {**vars(verdict), "decisions": decisions, "gate_criteria": whole}
    return orjson.dumps(fields, default=vars, option=orjson.OPT_UTC_Z)


def _unlabelled(entry: CriterionResult) -> CriterionResult | dict[str, Any]:
    if entry.shared is None:
        return entry
    return {**vars(entry), "shared": {"segment": entry.shared.segment, "theme": entry.shared.theme}}


def with_words(
    frozen: dict[str, Any], statements: Mapping[str, str | None], labels: Mapping[str, str]
) -> Readiness:
    """The verdict that was frozen, its words put back: statements by decision, labels by theme."""
    for decision in frozen["decisions"]:
        decision["statement"] = statements.get(decision["key"])
    for each in _shared(frozen):
        each["label"] = labels.get(each["theme"])
    return Readiness.model_validate(frozen)


def _shared(frozen: dict[str, Any]) -> list[dict[str, Any]]:
    entries = [*frozen["gate_criteria"], *(one for each in frozen["decisions"] for one in each["criteria"])]
    return [entry["shared"] for entry in entries if entry["shared"]]


class ReviewViews:
    """The reviews of one concept. What they rest on is in the log, read when the first is shown."""

    def __init__(self, connection: Connection, concept: Row[Any]) -> None:
        self._connection, self._concept = connection, concept

    def show(self, row: Row[Any]) -> Review:
        """The review of a row."""
        entry = self._events.get(row.id)
        erased = [
            EvidenceErased(conversation=each.conversation, erased_at=each.flagged_at)
            for each in reviews.flags_on(self._connection, row.id)
        ]
        event = entry.event if entry else None
        return show(self._concept.key, row, event, _frozen_verdict(self._connection, row), erased)

    @cached_property
    def _events(self) -> dict[str, LogEntry[ReviewFacts]]:
        return history.of_reviews(self._connection, self._concept.id)


def show(
    concept: str,
    row: Any,
    event: ReviewFacts | None,
    verdict: Readiness,
    erased: Sequence[EvidenceErased] = (),
) -> Review:
    """A review of a concept, by its key, with the words of its row, what its event says, and its verdict."""
    words = row.words or {}
    return show_row(
        Review,
        row,
        concept=concept,
        # The first releases had only one problem of a refused go, and did not record it.
        refused=None if row.accepted else (event and event.refused) or "gate-not-ready",
        to=row.to_gate,
        rationale=words.get("rationale", ""),
        conversations=list((event and event.conversations) or ()),
        override=Override(reason=words["override"]) if words.get("override") else None,
        conditional=row.accepted and row.outcome == "go" and verdict.verdict == "waived",
        attestation=f"/v1/concepts/{concept}/reviews/{row.attested}/attestation" if row.attested else None,
        evidence_erased=list(erased),
        readiness=verdict,
    )


def _frozen_verdict(connection: Connection, row: Row[Any]) -> Readiness:
    """The frozen verdict, its words put back from where words live."""
    frozen, contents_by_decision = orjson.loads(row.readiness), orjson.loads(row.statements)
    words = contents.words_of(connection, contents_by_decision.values())
    statements = {
        key: words.get(content, {}).get("statement") for key, content in contents_by_decision.items()
    }
    return with_words(
        frozen, statements, themes.labels_of(connection, [each["theme"] for each in _shared(frozen)])
    )
