"""What clients were written for still works, or the changelog says in plain words what does not."""

from copy import deepcopy
from typing import Any

import pytest

from tests.compatibility.breaking import breaks
from tests.compatibility.breaking_schemas import Break
from tests.compatibility.released import RELEASED, ROOT, bare, is_released, names, read, unnamed
from tests.contract.operations import document

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
KEPT = "the contract kept in tests/compatibility is not the released one: run 'make release-contract'"


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    return read(RELEASED)


def test_no_client_breaks_unless_the_changelog_says_so(released: dict[str, Any]) -> None:
    missing = unnamed(breaks(released, document()), CHANGELOG)
    assert not missing, "\n".join(
        ["Name these below '### Breaking' in CHANGELOG.md, or undo them:", *missing]
    )


def test_what_clients_may_name_anew_stands_in_the_changelog(released: dict[str, Any]) -> None:
    newest = CHANGELOG.split("\n## ")[1]
    new = {str(name) for name in names(bare(document())) - names(released)}
    assert {name for name in new if f"`{name}`" not in newest} == set()


def test_what_is_released_is_what_is_kept(released: dict[str, Any]) -> None:
    """While nothing newer is being made, the kept contract is today's."""
    if is_released(CHANGELOG):
        assert released == bare(document()), KEPT


def test_without_prose_it_breaks_the_same(released: dict[str, Any]) -> None:
    whole, plain = document(), bare(document())
    assert breaks(whole, plain) == breaks(plain, whole) == []
    broken = deepcopy(released)
    del broken["components"]["schemas"]["Portfolio"]["properties"]["name"]
    del broken["paths"]["/v1/me"]
    assert breaks(released, broken) == [
        Break("Portfolio in answers", "the field `name` is not there any more"),
        Break("GET /v1/me", "is gone"),
    ]


def test_prose_goes_and_what_is_called_like_prose_stays() -> None:
    document = {
        "title": "X",
        "properties": {"title": {"type": "string", "title": "Title", "examples": ["a"]}},
    }
    assert bare([document]) == [{"properties": {"title": {"type": "string"}}}]


@pytest.mark.parametrize(
    ("newest", "left"),
    [
        ("- Nothing.", ["GET /a: is gone", "GET /b: is gone"]),
        ("- GET /a: is gone", ["GET /a: is gone", "GET /b: is gone"]),
        ("### Breaking\n\n- GET /a: is\n  gone, use /c.", ["GET /b: is gone"]),
        ("### Breaking\n\n- GET /a: is gone\n\n### Else\n\n- GET /b: is gone", ["GET /b: is gone"]),
        ("### Breaking\n\n- GET /a: is gone\n- GET /b: is gone", []),
    ],
)
def test_a_break_is_named_in_the_newest_section(newest: str, left: list[str]) -> None:
    older = "## 0.1.0 (2026-12-01)\n\n### Breaking\n\n- GET /b: is gone\n"
    both = [Break("GET /a", "is gone"), Break("GET /b", "is gone")]
    assert unnamed(both, f"# Changelog\n\n## 0.2.0 (unreleased)\n\n{newest}\n\n{older}") == left


def test_a_section_with_a_date_is_released() -> None:
    assert is_released("# Changelog\n\n## 0.2.0 (2027-01-01)\n\n- A.\n\n## 0.1.0 (unreleased)\n")
    assert not is_released("# Changelog\n\n## 0.2.0 (unreleased)\n\n- A.\n")
