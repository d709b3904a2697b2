"""A citation as it is shown, with its answers and whether it counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from schemas.citation import Answer, Citation, Shaped
from service.domain.facts.consent import ALLOWS
from service.usecases.evidence.citation_status import Judged


def show_citation(concept: str, row: Row[Any], given: Mapping[str, list[Answer]], judged: Judged) -> Citation:
    """The citation of a row. `concept`: its key; `given`: answers by citation."""
    words = row.words or {"shaped": None, "excerpt": None}
    may_quote = ALLOWS[judged.conversation.consent].quote_inside
    return Citation(
        id=row.id,
        concept=concept,
        conversation=row.conversation,
        decision=row.decision,
        version=row.version,
        stance=row.stance,
        shaped=Shaped(**words["shaped"]) if words["shaped"] else None,
        excerpt=words["excerpt"] if may_quote else None,
        excerpt_withheld=words["excerpt"] is not None and not may_quote,
        cited_by=row.cited_by,
        cited_at=row.cited_at,
        withdrawn_at=row.withdrawn_at,
        answers=given.get(row.id, []),
        counts=not judged.reasons,
        not_counted=judged.reasons,
    )


def answers_by_citation(rows: Iterable[Row[Any]]) -> dict[str, list[Answer]]:
    """Answers, empty where they were erased, in the order of the rows."""
    given: dict[str, list[Answer]] = defaultdict(list)
    for row in rows:
        answer = Answer(
            version=row.version,
            answer=(row.words or {}).get("answer", ""),
            answered_by=row.answered_by,
            answered_at=row.answered_at,
        )
        given[row.citation].append(answer)
    return given
