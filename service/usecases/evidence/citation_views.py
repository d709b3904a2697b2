"""A citation as it is shown, with its answers and whether it counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, Row

from schemas.citation import Answer, Citation
from service.domain.facts.consent import ALLOWS
from service.domain.texts.repeats import folded
from service.usecases.evidence.citation_status import CitationStatus
from service.usecases.evidence.withheld import answers_without_quotes, quotes_of, without_quotes
from service.usecases.views import show_row


def show_citations(
    connection: Connection,
    concept: str,
    rows: Sequence[Row[Any]],
    given: Mapping[str, list[Answer]],
    judged: Mapping[str, CitationStatus],
) -> list[Citation]:
    """The citations of these rows. `concept`: its key; `given`: answers by citation."""
    silent = {row.conversation for row in rows if not _may_quote(judged[row.id])}
    withheld = quotes_of(connection, silent)
    return [
        _show(concept, row, given.get(row.id, []), judged[row.id], withheld.get(row.conversation, set()))
        for row in rows
    ]


def _may_quote(judged: CitationStatus) -> bool:
    return ALLOWS[judged.conversation.consent].quote_inside


def _show(
    concept: str, row: Row[Any], given: Sequence[Answer], judged: CitationStatus, withheld: AbstractSet[str]
) -> Citation:
    words = row.words or {"shaped": None, "excerpt": None}
    may_quote = _may_quote(judged)
    quotes = set() if may_quote else {*withheld, folded(words["excerpt"])}
    shaped, is_silenced = without_quotes(words["shaped"], quotes)
    return show_row(
        Citation,
        row,
        concept=concept,
        shaped=shaped,
        shaped_withheld=is_silenced,
        excerpt=words["excerpt"] if may_quote else None,
        excerpt_withheld=words["excerpt"] is not None and not may_quote,
        answers=answers_without_quotes(given, quotes),
        counts=not judged.reasons,
        not_counted=judged.reasons,
    )


def answers_by_citation(rows: Iterable[Row[Any]]) -> dict[str, list[Answer]]:
    """The answers by citation, in the order of the rows; empty texts where they were erased."""
    given: dict[str, list[Answer]] = defaultdict(list)
    for row in rows:
        answer = (row.words or {}).get("answer", "")
        given[row.citation].append(show_row(Answer, row, answer=answer, withheld=False))
    return given
