"""Nouns that are recorded as their models have them: what is entered may be changed and is shown, and what
somebody writes is sealed."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from schemas.base import Model, sealed_in
from schemas.conversation import Conversation, ConversationIn, RevisionIn
from schemas.nouns import (
    Customer,
    CustomerIn,
    CustomerPatch,
    HeldVersion,
    Person,
    PersonIn,
    PersonPatch,
    Portfolio,
    PortfolioIn,
    PortfolioPatch,
)


class Noun(NamedTuple):
    """A noun as it is entered, and the models that have all of that but what is `fixed`; the first of them
    changes it. `labels`: texts of its own that are no words: they stand in the log for good, and no erasure
    takes them. `only_changed`: what a change says beside."""

    entered: type[Model]
    others: tuple[type[Model], ...]
    fixed: set[str]
    labels: set[str]
    only_changed: set[str]


NOUNS = {
    "portfolio": Noun(PortfolioIn, (PortfolioPatch, Portfolio), {"key"}, set(), set()),
    "person": Noun(PersonIn, (PersonPatch, Person), {"key"}, {"function"}, set()),
    "customer": Noun(
        CustomerIn, (CustomerPatch, Customer, HeldVersion), {"key", "portfolio"}, {"segment"}, {"reason"}
    ),
    "conversation": Noun(
        ConversationIn,
        (RevisionIn, Conversation),
        {"portfolio"},
        set(),
        {"reason", "segment", "relationship"},
    ),
}


@pytest.fixture(params=NOUNS)
def noun(request: pytest.FixtureRequest) -> Noun:
    return NOUNS[request.param]


def test_whatever_is_entered_may_be_changed_and_is_shown(noun: Noun) -> None:
    for other in noun.others:
        forgotten = noun.entered.model_fields.keys() - noun.fixed - other.model_fields.keys()
        assert forgotten == set(), other


def test_whatever_may_be_changed_is_entered(noun: Noun) -> None:
    changed = noun.others[0].model_fields.keys()
    assert changed - noun.entered.model_fields.keys() == noun.only_changed


def test_whatever_anybody_may_write_is_sealed(noun: Noun) -> None:
    schema = noun.entered.model_json_schema()
    models = schema.get("$defs", {})
    texts = {name for name, field in schema["properties"].items() if any(_texts(field, models))}
    assert texts - sealed_in(noun.entered).keys() == noun.labels, "mark it Sealed, or say that it is a label"


def _texts(field: Any, models: dict[str, Any]) -> Iterator[bool]:
    """Whether each string in a field's schema is free: whatever somebody writes."""
    if isinstance(field, list):
        for each in field:
            yield from _texts(each, models)
    if isinstance(field, dict):
        if "$ref" in field:
            yield from _texts(models[field["$ref"].rpartition("/")[2]], models)
        if field.get("type") == "string":
            yield field.keys().isdisjoint({"pattern", "enum", "const", "format"})
        for name in ("anyOf", "items", "properties"):
            inner = field.get(name)
            yield from _texts(list(inner.values()) if name == "properties" and inner else inner, models)
