"""ARCHITECTURE.md and CONTRIBUTING.md name what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
FLOORS = ("api", "usecases", "store", "domain")
PATH = re.compile(r"`((?:[\w-]+/)*[\w.-]+(?:\.py|\.toml|\.yaml|\.sh|/))`")
HOMES = (
    ROOT,
    ROOT / "tests",
    ROOT / "service",
    ROOT / "service/api",
    ROOT / "service/usecases",
    ROOT / "service/domain/criteria",
)


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_is_there(document: str) -> None:
    paths = PATH.findall((ROOT / document).read_text())
    assert paths
    missing = [path for path in paths if not any((home / path).exists() for home in HOMES)]
    assert missing == []


@pytest.mark.parametrize("floor", FLOORS)
def test_every_room_stands_in_the_table(floor: str) -> None:
    rooms = [each.parent.name for each in (ROOT / "service" / floor).glob("*/__init__.py")]
    assert rooms
    assert [room for room in rooms if f"`{room}`" not in ARCHITECTURE] == []


def test_the_glossary_has_at_most_fifteen_words() -> None:
    table = ARCHITECTURE.split("## Fifteen words")[1].split("##")[0]
    words = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert 0 < len(words) <= 15
