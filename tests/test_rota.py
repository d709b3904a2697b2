"""In a rota each test runs on one database, and on the other one at another commit."""

import pytest

from tests import rota

BOTH = ["postgresql", "sqlite"]
FLOW = "tests/flows/test_waivers.py::test_a_waiver_ends[]"


@pytest.fixture(autouse=True)
def _by_rota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rota, "WANTED", "rota")


def test_each_database_has_its_turn_and_all_workers_agree_on_it() -> None:
    turns = [rota.taken(FLOW, BOTH, f"commit {n}") for n in range(20)]
    assert sorted({kind for (kind,) in turns}) == BOTH
    assert turns == [rota.taken(FLOW, BOTH, f"commit {n}") for n in range(20)]


def test_a_sixth_of_the_tests_runs_on_postgresql() -> None:
    counts = [rota.taken(f"tests/flows/test_{n}", BOTH, "a commit") for n in range(1000)]
    assert 120 < counts.count(["postgresql"]) < 220
    assert counts.count(["sqlite"]) + counts.count(["postgresql"]) == 1000


def test_a_fifth_of_what_takes_long_has_its_turn() -> None:
    names = [f"tests/packaging/test_{n}" for n in range(1000)]
    assert 150 < sum(rota.has_its_turn(name, "a commit") for name in names) < 250
    turns = {rota.has_its_turn(names[0], f"commit {n}") for n in range(20)}
    assert turns == {True, False}
    assert all(rota.has_its_turn(FLOW, f"commit {n}") for n in range(20))


def test_all_of_it_runs_before_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rota, "WANTED", "both")
    assert all(rota.has_its_turn(f"tests/packaging/test_{n}", "a commit") for n in range(20))


@pytest.mark.parametrize(
    "name", ["tests/store/test_races.py::test_one", "tests/migrations/test_up.py::test_two"]
)
def test_what_is_about_the_databases_runs_on_both(name: str) -> None:
    assert rota.taken(name, BOTH, "a commit") == BOTH


def test_what_runs_on_one_database_only_always_runs() -> None:
    assert all(rota.taken(FLOW, ["sqlite"], f"commit {n}") == ["sqlite"] for n in range(20))
