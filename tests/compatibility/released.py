"""The contract that clients in the field were written for. `make release-contract` keeps today's."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from service.api.contract.openapi import as_yaml
from tests.compatibility.breaking_schemas import Break

ROOT = Path(__file__).parents[2]
RELEASED = Path(__file__).with_name("released.yaml")
PROSE = {"title", "summary", "description", "example", "examples", "tags", "license"}
NAMES = {"properties", "schemas", "responses", "paths", "webhooks", "content"}
"""What stands below these is called by names, which may be words of PROSE too."""


def read(path: Path) -> dict[str, Any]:
    """A contract in YAML."""
    document: dict[str, Any] = YAML(typ="safe").load(path)
    return document


def bare(value: Any, *, named: bool = False) -> Any:
    """Without prose and examples, which break nobody."""
    if isinstance(value, list):
        return [bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    fields = {name: each for name, each in value.items() if named or name not in PROSE}
    return {name: bare(each, named=not named and name in NAMES) for name, each in fields.items()}


def unnamed(broken: list[Break], changelog: str) -> list[str]:
    """The sentences that do not stand below "### Breaking" in the changelog's newest section."""
    newest = changelog.split("\n## ")[1]
    section = " ".join(newest.partition("\n### Breaking\n")[2].partition("\n### ")[0].split())
    return [str(each) for each in broken if str(each) not in section]


def names(value: Any) -> set[str]:
    """What clients may name of a contract: addresses, types of messages, fields, values of enumerations."""
    if isinstance(value, list):
        return {name for each in value for name in names(each)}
    if not isinstance(value, dict):
        return set()
    own = {name for each in ("paths", "webhooks", "properties", "enum") for name in value.get(each, ())}
    return own.union(*(names(each) for each in value.values()))


def is_released(changelog: str) -> bool:
    """Whether the newest section has a date."""
    return "(unreleased)" not in changelog.split("\n## ")[1].partition("\n")[0]


if __name__ == "__main__":
    RELEASED.write_text(as_yaml(bare(read(ROOT / "openapi.yaml"))))
