"""Which tests run on both databases, and which on one: the other one has its turn at another commit."""

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

import pytest

KINDS = ("sqlite", "postgresql")
WANTED = os.environ.get("GATEPROOF_TEST_DATABASES", "both")
"""`both`, `sqlite`, `postgresql`, or `rota`: one of them for each test that is not ON_BOTH."""
ON_BOTH = re.compile(
    r"tests/(store|migrations|properties)/"
    r"|tests/access/test_matrix|tests/api/test_(idempotency|writers)|tests/delivery/test_killed"
)
"""What is about the databases, or races in them."""
LONG = re.compile(
    r"tests/(clients|data|e2e|packaging|recipes|upgrades)/|tests/commands/test_bench|tests/delivery/test_killed"
    r"|tests/contract/test_(conformance|lint)|tests/properties/test_every_route"
    r"|tests/access/test_foreign_and_ghost|tests/api/test_bad_text"
)
"""What takes processes, a browser, a generator or the example portfolio for each test, or asks every
operation many odd things: a fifth of it has its turn at a commit."""


def left_out(items: Iterable[pytest.Item], turn: str) -> set[pytest.Item]:
    """Those whose turn it is not."""
    by_name: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        kind = item.callspec.params.get("new_database") if hasattr(item, "callspec") else None
        if kind is not None:
            by_name[item.nodeid.replace(kind, "")][kind] = item
    elsewhere = {
        item
        for name, by_kind in by_name.items()
        for kind, item in by_kind.items()
        if kind not in taken(name, sorted(by_kind), turn)
    }
    return elsewhere | {item for item in items if not has_its_turn(item.nodeid, turn)}


def has_its_turn(name: str, turn: str) -> bool:
    """Whether a test runs at this commit, on whatever it runs."""
    return WANTED != "rota" or not LONG.match(name) or _drawn(name, turn, 5) == 0


def taken(name: str, kinds: list[str], turn: str) -> list[str]:
    """Of the kinds that a test can run on, those that it does run on. One alone always has its turn."""
    if WANTED in KINDS:
        return [WANTED]
    if WANTED == "both" or ON_BOTH.match(name) or len(kinds) == 1:
        return kinds
    # SQLite five times as often: it takes less time, and what is about the databases runs on both anyway.
    return kinds[:1] if _drawn(name, turn, 6) == 0 else kinds[1:]


def _drawn(name: str, turn: str, among: int) -> int:
    return sha256(f"{turn} {name}".encode()).digest()[0] % among


def turn() -> str:
    """The commit that is checked out; without a repository it is always the same turn."""
    try:
        asked = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.strip()
