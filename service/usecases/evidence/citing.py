"""Entering citations: one conversation brought to one decision, as it is stated now."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.citation import CitationIn
from service.domain.record.citation import CitationMade
from service.domain.rules.citable import not_citable
from service.domain.texts.forms import is_unrelated
from service.domain.texts.shaping import Earlier, copied_from, is_shaped, says
from service.store.nouns import approvals, citations, conversations, decisions
from service.usecases.errors import invalid, not_found, refuse_if, refused_field, require
from service.usecases.unit_of_work import Work

FIELD = "body.conversation"


class EarlierCitation(NamedTuple):
    """A citation made before in the concept."""

    earlier: Earlier
    stance: str
    is_withdrawn: bool


def earlier_citations(tx: Connection, concept: Row[Any]) -> list[EarlierCitation]:
    """Every citation ever made in a concept, in the order of recording."""
    return [
        EarlierCitation(
            Earlier(
                row.id, (row.conversation, row.decision, row.version), says((row.words or {}).get("shaped"))
            ),
            row.stance,
            row.withdrawn_at is not None,
        )
        for row in citations.of_concept(tx, concept.id)
    ]


def enter_citation(work: Work, concept: Row[Any], body: CitationIn, earlier: list[EarlierCitation]) -> str:
    """Enters a citation for a locked concept as part of a larger write, and adds it to the `earlier` ones;
    returns its id."""
    _require_no_approver(work, concept)
    talk = _citable(work, concept, body.conversation)
    remedy = f"state it with PUT /v1/concepts/{concept.key}/decisions/{body.decision}"
    unstated = partial(invalid, "body.decision", "the decision has no statement yet", remedy)
    decision = require(decisions.find(work.tx, concept.id, body.decision), unstated)
    about = (body.conversation, body.decision, decision.version)
    _require_new(earlier, about, body.stance)
    shaped = body.shaped.model_dump(by_alias=True) if body.shaped else None
    citation_id = work.new_id("cit")
    stored = work.store_words(shaped=shaped, excerpt=body.excerpt)
    made = CitationMade(
        citation=citation_id,
        conversation=body.conversation,
        decision=body.decision,
        version=decision.version,
        stance=body.stance,
        shaped=is_shaped(shaped),
        copy_of=copied_from(shaped, about, (each.earlier for each in earlier)),
        effect=shaped["effect"] if shaped else None,
        unrelated=shaped is not None and is_unrelated(shaped["note"], _texts(talk.words)),
        commitment=stored.commitment,
    )
    columns = {"id": citation_id, "concept": concept.id, **work.stamp("cited")}
    work.enter(citations.citations, made, concept.id, stored, **columns)
    earlier.append(
        EarlierCitation(Earlier(citation_id, about, says(shaped)), body.stance, is_withdrawn=False)
    )
    return citation_id


def _require_no_approver(work: Work, concept: Row[Any]) -> None:
    gate, person = concept.next_gate, work.caller.person
    if gate is not None and approvals.has_voted_go(work.tx, concept.id, gate, person):
        detail = "Who approved a gate brings no evidence for it."
        rule = f"whoever said go to {gate} cites nothing for it"
        raise refused_field("forbidden", detail, FIELD, rule, "ask somebody of the team to cite it")


def _citable(work: Work, concept: Row[Any], conversation: str) -> Row[Any]:
    """The conversation; refused where the portfolio has none, or it was erased or withdrawn."""
    row = conversations.find(work.tx, conversation)
    if row is not None and row.portfolio != concept.portfolio:
        row = None
    refuse_if(not_citable(None if row is None else conversations.from_row(row), FIELD))
    return require(row, partial(not_found, "conversation"))


def _texts(words: Mapping[str, Any] | None) -> list[str | None]:
    """What was said, as it was written down."""
    known = words or {}
    quotes = [each["text"] for each in known.get("quotes", ())]
    return [known.get("summary"), known.get("past_spend"), *quotes]


def _require_new(earlier: Sequence[EarlierCitation], about: tuple[str, str, int], stance: str) -> None:
    for made in earlier:
        if (made.earlier.about, made.stance) == (about, stance) and not made.is_withdrawn:
            detail = "A conversation is cited once for a statement with a stance."
            rule = f"is cited for this statement with this stance already, as {made.earlier.citation}"
            remedy = "withdraw that citation first, or leave it at that"
            raise refused_field("already-cited", detail, FIELD, rule, remedy)
