"""Each reason why a talk does not count has an example, and is given wherever somebody asks."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from schemas.conversation import Reason
from service.domain.criteria.admissible import ANNOUNCED, ENDED, OF_TALK
from tests.conftest import FixedClock, World
from tests.gateproof import Body, Gateproof, summary

OF_THE_TALK = {rule.code for rule in (*ENDED, *OF_TALK)}
COPIED = {"shaped": {"effect": "confirmed", "note": "They hear of it too late."}}
Example = Callable[[Gateproof], Body]
"""Cites a conversation for the problem, and does what makes the citation not count."""


def talked(**fields: Any) -> Example:
    return lambda gateproof: gateproof.cite(gateproof.talk(**fields), "problem")


def cited(**fields: Any) -> Example:
    return lambda gateproof: gateproof.cite(gateproof.talk(), "problem", **fields)


def withdrawn(gateproof: Gateproof) -> Body:
    citation = talked()(gateproof)
    gateproof.post(f"/conversations/{citation['conversation']}/withdraw", {"reason": "Told twice"}, 200)
    return citation


def erased(gateproof: Gateproof) -> Body:
    gateproof.customer("gone")
    citation = talked(customer="gone")(gateproof)
    gateproof.post("/customers/gone/erase", {"reason": "Asked for by letter"}, 200)
    return citation


def contradicted(gateproof: Gateproof) -> Body:
    citation = talked()(gateproof)
    gateproof.cite(citation["conversation"], "problem", "contradicts")
    return citation


def of_an_old_statement(gateproof: Gateproof) -> Body:
    citation = talked()(gateproof)
    gateproof.restate("problem", "Another one")
    return citation


def copied(gateproof: Gateproof) -> Body:
    cited(**COPIED)(gateproof)
    return cited(**COPIED)(gateproof)


def joined(gateproof: Gateproof) -> Body:
    citation = talked(attendees=["admin"])(gateproof)
    path = "/concepts/tariff-radar"
    gateproof.patch(path, {"team": ["pm-1", "admin"]}, **{"If-Match": f'"{gateproof.get(path)["revision"]}"'})
    return citation


def repeated(gateproof: Gateproof) -> Body:
    talked(summary=summary(0))(gateproof)
    return talked(summary=summary(0))(gateproof)


EXAMPLES: dict[Reason, Example] = {
    "KIND_NOT_EVIDENCE": talked(kind="survey"),
    "TOO_OLD": talked(days_ago=5000),
    "IN_FUTURE": talked(days_ago=-0.001),
    "TOO_SHORT": talked(duration_minutes=None),
    "SUMMARY_TOO_THIN": talked(summary="Little."),
    "NEAR_COPY": repeated,
    "NOT_FIRST_HAND": talked(attendees=[]),
    "JOINED_LATER": joined,
    "NOT_INDEPENDENT": talked(participants=[]),
    "SHAPING_MISSING": cited(shaped=None),
    "OLD_STATEMENT": of_an_old_statement,
    "SOLUTION_SHOWN": talked(solution_shown=None),
    "CONSENT_WITHDRAWN": talked(consent="none"),
    "CONSENT_UNKNOWN": talked(consent=...),
    "WITHDRAWN": withdrawn,
    "ERASED": erased,
    "CONTRADICTED": contradicted,
    "SHAPING_COPIED": copied,
}


@pytest.fixture
def starting_state() -> World:
    return one_that_counts


def one_that_counts(gateproof: Gateproof, _: FixedClock) -> None:
    """A concept whose problem is stated, and a citation that counts."""
    gateproof.begin()
    gateproof.state("problem")
    assert gateproof.cite(gateproof.talk(), "problem")["counts"]


def codes(body: Body) -> list[str]:
    return [reason["code"] for reason in body["not_counted"]]


def test_every_reason_but_those_announced_has_an_example() -> None:
    assert {*get_args(Reason)} - ANNOUNCED.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("reason", EXAMPLES)
def test_it_is_the_one_reason_that_is_given_and_nothing_else_of_the_talk(
    gateproof: Gateproof, reason: Reason
) -> None:
    made = EXAMPLES[reason](gateproof)

    citation = gateproof.get(f"/concepts/tariff-radar/citations/{made['id']}")
    assert codes(citation) == [reason]
    given = [each["code"] for each in gateproof.readiness()["not_counted"] if each["citation"] == made["id"]]
    assert given == [reason]
    assert all(each["remedy"] for each in gateproof.readiness()["not_counted"] + citation["not_counted"])
    talk = gateproof.get(f"/conversations/{made['conversation']}")
    assert codes(talk) == ([reason] if reason in OF_THE_TALK else [])
