"""The example portfolio shows what it was written to show."""

from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files

import pytest

from schemas.readiness import Readiness
from schemas.review import ReviewIn
from service.demo import _prepare
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.concepts.concepts import get_concept, list_concepts
from service.usecases.evidence.conversations import list_conversations
from service.usecases.gates.reviews import decide, list_reviews
from service.usecases.gates.waivers import list_waivers
from service.usecases.launches.outcome_report import PassFilters, compare_criteria, compare_waivers
from service.usecases.launches.outcomes import list_outcomes
from service.usecases.operations.example import is_empty
from service.usecases.paging import PageRequest
from service.usecases.registry import nouns
from service.usecases.registry.customers import CUSTOMER
from service.usecases.registry.people import PERSON
from service.usecases.registry.portfolios import PORTFOLIO
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery
from service.usecases.verdicts.readiness import read_readiness
from tests.conftest import KEYRING, START, TOKEN
from tests.store.racing import ADMIN, add_portfolio

EVERY = PageRequest(200)
KEYS_OF_THE_SPECIFICATION = {"energy", "pm-1", "acme", "tariff-radar"}


def verdict(db: Database, concept: str) -> Readiness:
    return read_readiness(db, ADMIN, concept, VerdictQuery())


def test_it_holds_concepts_at_different_gates_and_enough_conversations(example: Database) -> None:
    concepts = list_concepts(example, ADMIN, EVERY, None, None).items
    conversations = list_conversations(example, ADMIN, EVERY, None, None).items

    assert {concept.key: concept.next_gate for concept in concepts} == {
        "will-it-sail": "G2",
        "berth-swap": "G1",
        "honesty-box": "S3",
        "left-aboard": "S2",
        "fog-bell": "S1",
        "tide-note": None,
    }
    assert len(conversations) >= 25
    assert max(each.held_at for each in conversations) > START - timedelta(days=30)
    assert all(each.held_at < each.created_at <= START for each in conversations)


def test_one_is_ready_for_its_second_gate(example: Database) -> None:
    ready = verdict(example, "will-it-sail")

    assert (ready.verdict, ready.gate, ready.blocking) == ("ready", "G2", [])
    assert ready.uncited, "what was not brought should be there to see"
    contradictions = next(c for c in ready.gate_criteria if c.kind == "contradictions")
    assert contradictions.outcome == "met"
    rationale = ReviewIn(gate="G2", outcome="go", rationale="Heard often enough")
    assert decide(example, Caller("maren", lambda: START), "will-it-sail", rationale).review.accepted


def test_one_is_blocked_with_reasons_to_learn_from(example: Database) -> None:
    blocked = verdict(example, "berth-swap")

    assert (blocked.verdict, blocked.gate) == ("blocked", "G1")
    codes = {entry.code for entry in blocked.not_counted}
    assert {
        "KIND_NOT_EVIDENCE",
        "TOO_OLD",
        "SUMMARY_TOO_THIN",
        "NOT_FIRST_HAND",
        "NOT_INDEPENDENT",
        "SOLUTION_SHOWN",
    } <= codes
    criteria = [criterion for decision in blocked.decisions for criterion in decision.criteria]
    unmet = [criterion for criterion in criteria if criterion.outcome == "unmet"]
    assert unmet
    assert all(criterion.deficit and criterion.remedy for criterion in unmet)


def test_one_is_about_to_go_stale(example: Database) -> None:
    stale = verdict(example, "honesty-box")

    assert (stale.verdict, stale.gate) == ("ready", "S3")
    assert stale.passes_until is not None
    assert timedelta(days=1) < stale.passes_until - START <= timedelta(days=7)
    after = read_readiness(example, ADMIN, "honesty-box", VerdictQuery(as_of=stale.passes_until))
    assert after.verdict == "blocked"


def test_one_has_an_active_waiver(example: Database) -> None:
    waivers = list_waivers(example, ADMIN._replace(clock=lambda: START), EVERY, "berth-swap").items

    assert "active" in [waiver.state for waiver in waivers]


def test_one_was_let_through_on_a_condition_and_is_overdue(example: Database) -> None:
    blocked, concept = verdict(example, "left-aboard"), get_concept(example, ADMIN, "left-aboard")

    assert (concept.conditional, concept.passed_gates) == (True, ["S1"])
    [owed] = blocked.owed
    assert concept.owed == [owed]
    assert (owed.by, owed.overdue, owed.gate) == ("callum", True, "S1")
    assert owed.criteria == ["s1-problem-conversations", "s1-problem-customers"]
    assert "evidence-owed" in blocked.blocking
    assert "KIND_NOT_EVIDENCE" in [entry.code for entry in blocked.not_counted]
    [review] = list_reviews(example, ADMIN, EVERY, "left-aboard", accepted=True).items
    assert review.conditional


def test_one_was_killed_by_what_was_heard_and_may_be_reopened_by_what_was_heard_since(
    example: Database,
) -> None:
    [kill] = list_reviews(example, ADMIN, EVERY, "fog-bell", accepted=None).items
    ids = {each.id[-6:]: each.id for each in list_conversations(example, ADMIN, EVERY, None, None).items}

    assert (kill.outcome, kill.conversations) == ("kill", [ids["fog-01"]])
    reopen = ReviewIn(outcome="reopen", rationale="Before they set out", conversations=(ids["fog-02"],))
    reopened = decide(example, Caller("maren", lambda: START), "fog-bell", reopen).review
    assert reopened.stage == "discovery"


def test_one_is_launched_and_its_price_did_not_hold(example: Database) -> None:
    launched = get_concept(example, ADMIN, "tide-note")

    assert launched.launched_at is not None
    assert {each.decision: (each.verdict, each.learning) for each in launched.outcomes} == {
        "problem": ("held", "generalise"),
        "value_proposition": ("held", None),
        "price": ("did_not_hold", "leave_behind"),
    }
    assert list_outcomes(example, ADMIN, EVERY, "tide-note", None).open == ["solution"]
    [waiver] = compare_waivers(example, ADMIN, PassFilters(), EVERY).items
    assert (waiver.concept, waiver.became) == ("tide-note", "did_not_hold")
    passes = compare_criteria(example, ADMIN, PassFilters(), EVERY).passes
    assert (passes.with_waiver.did_not_hold, passes.without_waiver.held) == (1, 2)


def test_whoever_types_the_specifications_session_finds_every_key_free(example: Database) -> None:
    used = {
        *(portfolio.key for portfolio in nouns.listed(example, ADMIN, PORTFOLIO, EVERY).items),
        *(person.key for person in nouns.listed(example, ADMIN, PERSON, EVERY).items),
        *(customer.key for customer in nouns.listed(example, ADMIN, CUSTOMER, EVERY).items),
        *(concept.key for concept in list_concepts(example, ADMIN, EVERY, None, None).items),
    }
    assert len(used) > 20
    assert used.isdisjoint(KEYS_OF_THE_SPECIFICATION)
    externals = [e.id for c in list_concepts(example, ADMIN, EVERY, None, None).items for e in c.external]
    assert "PRD-12" not in externals


def test_it_is_loaded_into_an_empty_database_only(new_database: Callable[[str], str]) -> None:
    db = Database(new_database("empty"), KEYRING)
    migrate(db)
    assert is_empty(db)

    assert _prepare(db, TOKEN)
    loaded = list_conversations(db, ADMIN, EVERY, None, None)
    assert not _prepare(db, TOKEN)

    assert list_conversations(db, ADMIN, EVERY, None, None) == loaded
    db.close()


def test_a_database_with_a_portfolio_of_ones_own_stays_as_it_is(
    new_database: Callable[[str], str],
) -> None:
    db = Database(new_database("prepared"), KEYRING)
    add_portfolio(db, "energy")

    assert not _prepare(db, TOKEN)

    assert [portfolio.key for portfolio in nouns.listed(db, ADMIN, PORTFOLIO, EVERY).items] == ["energy"]
    db.close()


@pytest.mark.parametrize(
    "file",
    ["berth-swap", "fog-bell", "honesty-box", "left-aboard", "portfolio", "tide-note", "will-it-sail"],
)
def test_it_is_in_the_package(file: str) -> None:
    assert files("service").joinpath("examples", f"{file}.yaml").is_file()


def test_what_it_says_happened_is_recorded_as_done_by_those_who_did_it(example: Database) -> None:
    concept = get_concept(example, ADMIN, "honesty-box")
    authors = {each.created_by for each in list_conversations(example, ADMIN, EVERY, None, None).items}

    assert concept.passed_gates == ["S1", "S2"]
    assert len(authors) > 2
