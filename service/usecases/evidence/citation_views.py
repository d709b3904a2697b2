"""A citation as it is shown, with its answers and whether it counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from schemas.citation import Admission, Answer, Citation, Confirmed
from service.domain.facts.consent import ALLOWS
from service.domain.facts.model import Citation as FactsCitation
from service.domain.record.citation import CitationAdmitted, SlipConfirmed
from service.domain.texts.repeats import folded
from service.store.reading import subject_data
from service.store.words import contents
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
    why = _confirmed_because(connection, rows, judged)
    return [
        _show(concept, row, given.get(row.id, []), judged[row.id], withheld.get(row.conversation, set()), why)
        for row in rows
    ]


def _confirmed_because(
    connection: Connection, rows: Sequence[Row[Any]], judged: Mapping[str, CitationStatus]
) -> dict[tuple[str, str], str]:
    """The latest reason by citation and type of event; none where it was erased."""
    some = {row.id: row.concept for row in rows if _is_confirmed(judged[row.id].citation)}
    if not some:
        return {}
    events = subject_data.confirmed(connection, some)
    words = contents.words_of(connection, [event.content for event in events])
    return {
        (str(orjson.loads(event.data)["citation"]), event.type): words[event.content]["reason"]
        for event in events
        if event.content in words
    }


def _is_confirmed(citation: FactsCitation) -> bool:
    return citation.slip is not None or citation.admitted is not None


def _confirmed(citation: FactsCitation, why: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """What independent gatekeepers confirmed of a citation; empty reasons where they were erased."""
    shown: dict[str, Any] = {"slip": None, "admission": None}
    if citation.slip is not None:
        reason = why.get((citation.id, SlipConfirmed.type), "")
        shown["slip"] = Confirmed(**citation.slip._asdict(), reason=reason)
    if citation.admitted is not None:
        reason = why.get((citation.id, CitationAdmitted.type), "")
        given = citation.admitted
        shown["admission"] = Admission(
            by=given.by, at=given.at, reason=reason, gate=given.gate, codes=list(given.codes)
        )
    return shown


def _may_quote(judged: CitationStatus) -> bool:
    return ALLOWS[judged.conversation.consent].quote_inside


def _show(
    concept: str,
    row: Row[Any],
    given: Sequence[Answer],
    judged: CitationStatus,
    withheld: AbstractSet[str],
    why: Mapping[tuple[str, str], str],
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
        **_confirmed(judged.citation, why),
    )


def answers_by_citation(rows: Iterable[Row[Any]]) -> dict[str, list[Answer]]:
    """The answers by citation, in the order of the rows; empty texts where they were erased."""
    given: dict[str, list[Answer]] = defaultdict(list)
    for row in rows:
        answer = (row.words or {}).get("answer", "")
        given[row.citation].append(show_row(Answer, row, answer=answer, withheld=False))
    return given
