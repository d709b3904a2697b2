"""The ids that conversations, customers and people have in other systems, kept findable."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from schemas.base import Model
from schemas.nouns import External
from service.store.nouns.concepts import parse_external
from service.store.words import blind_index
from service.store.words.blind_index import NounName, Pair
from service.usecases.errors import external_taken, invalid
from service.usecases.unit_of_work import Work

M = TypeVar("M", bound=Model)


def replace_external_ids(
    work: Work,
    noun: NounName,
    portfolio: str,
    ref: str,
    before: Mapping[str, Any] | None,
    now: Sequence[Mapping[str, Any]],
) -> None:
    """Makes a noun found by these ids; refused where one is taken. `before`: its words until now."""
    known = _pairs((before or {}).get("external", ()))
    taken = blind_index.replace_ids(work.tx, noun, portfolio, ref, known, _pairs(now))
    if taken is not None:
        raise external_taken(taken)


def marked(work: Work, noun: NounName, external: Sequence[Mapping[str, Any]]) -> list[str]:
    """The marks by which the blind index finds these ids, in their order."""
    return blind_index.marks_of(work.tx, noun, _pairs(external)) if external else []


def require_free(marks: Sequence[str], taken: Collection[str]) -> None:
    """Refused, with the place in the list, where one is another's or stands twice."""
    for index, each in enumerate(marks):
        if each in taken or each in marks[:index]:
            raise external_taken(index)


def required_pair(external: str, field: str) -> Pair:
    """The system and the id there, said in this field as system:id."""
    system, id = parse_external(external)
    if not system or not id:
        raise invalid(field, "must be system:id", "write it as in jira:PRD-12")
    return system, id


def with_id(body: M, external: tuple[External, ...], system: str, id: str) -> M:
    """A noun's body, whose ids elsewhere these are, with the id that it is addressed by; that need not be
    said again."""
    if any((each.system, each.id) == (system, id) for each in external):
        return body
    return body.model_copy(update={"external": (*external, External(system=system, id=id))})


def _pairs(external: Sequence[Mapping[str, Any]]) -> list[Pair]:
    return [(each["system"], each["id"]) for each in external]
