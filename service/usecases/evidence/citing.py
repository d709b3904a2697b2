"""Entering citations: one conversation brought to one decision, as it is stated now."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert

from schemas.citation import CitationIn
from schemas.problem import FieldProblem
from service.domain.record.citation import CitationMade
from service.domain.texts.shaping import Earlier, copied_from, is_shaped, says
from service.store.nouns import approvals, citations, decisions
from service.usecases.errors import Refused, invalid
from service.usecases.evidence.citable import require_citable
from service.usecases.unit_of_work import Work


class EarlierCitation(NamedTuple):
    """A citation made before for the same decision."""

    earlier: Earlier
    stance: str
    is_withdrawn: bool


def made_for(tx: Connection, concept: Row[Any], decision: str) -> list[EarlierCitation]:
    """All that were ever made for a decision, in the order of recording."""
    return [
        EarlierCitation(
            Earlier(row.id, (row.conversation, row.version), says((row.words or {}).get("shaped"))),
            row.stance,
            row.withdrawn_at is not None,
        )
        for row in citations.on_decision(tx, concept.id, decision)
    ]


def enter_citation(work: Work, concept: Row[Any], body: CitationIn, earlier: list[EarlierCitation]) -> str:
    """Enter a citation of a held concept as part of a larger write, and add it to the `earlier`; its id."""
    _require_no_approver(work, concept)
    require_citable(work.tx, concept.portfolio, body.conversation, "body.conversation")
    decision = decisions.find(work.tx, concept.id, body.decision)
    if decision is None:
        raise invalid(
            "body.decision",
            "the decision has no statement yet",
            f"state it with PUT /v1/concepts/{concept.key}/decisions/{body.decision}",
        )
    about = (body.conversation, decision.version)
    _require_new(earlier, about, body.stance)
    shaped = body.shaped.model_dump(by_alias=True) if body.shaped else None
    citation_id = work.new_id("cit")
    kept = work.keep(shaped=shaped, excerpt=body.excerpt)
    made = CitationMade(
        citation=citation_id,
        conversation=body.conversation,
        decision=body.decision,
        version=decision.version,
        stance=body.stance,
        shaped=is_shaped(shaped),
        copy_of=copied_from(shaped, about, (each.earlier for each in earlier)),
        commitment=kept.commitment,
    )
    work.record(made, concept.id, kept.id)
    work.tx.execute(
        insert(citations.citations).values(
            id=citation_id,
            concept=concept.id,
            conversation=body.conversation,
            decision=body.decision,
            version=decision.version,
            stance=body.stance,
            content=kept.id,
            cited_at=work.now,
            cited_by=work.caller.person,
        )
    )
    earlier.append(
        EarlierCitation(Earlier(citation_id, about, says(shaped)), body.stance, is_withdrawn=False)
    )
    return citation_id


def _require_no_approver(work: Work, concept: Row[Any]) -> None:
    gate, person = concept.next_gate, work.caller.person
    if gate is not None and approvals.has_said_go(work.tx, concept.id, gate, person):
        rule = f"whoever said go to {gate} cites nothing for it"
        raise Refused(
            "forbidden",
            "Who approved a gate brings no evidence for it.",
            FieldProblem(field="body.conversation", rule=rule, remedy="ask somebody of the team to cite it"),
        )


def _require_new(earlier: Sequence[EarlierCitation], about: tuple[str, int], stance: str) -> None:
    for made in earlier:
        if (made.earlier.about, made.stance) == (about, stance) and not made.is_withdrawn:
            rule = f"is cited for this statement with this stance already, as {made.earlier.citation}"
            remedy = "withdraw that citation first, or leave it at that"
            raise Refused(
                "already-cited",
                "A conversation is cited once for a statement with a stance.",
                FieldProblem(field="body.conversation", rule=rule, remedy=remedy),
            )
