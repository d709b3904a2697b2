"""The sample dashboard and the documentation name what there is, and all of it."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.conftest import FixedClock

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "integrations" / "grafana" / "gateproof.json").read_text())
TOLD = (ROOT / "docs" / "observability.md").read_text()
NAMES = re.compile(r"\bgateproof_[a-z_]+")
ENDINGS = re.compile(r"_(total|bucket|count|sum|created)$")
BY_PROMETHEUS = {"job", "instance", "le"}


@pytest.fixture
def families(db: Database, clock: FixedClock) -> dict[str, str]:
    """The type of every metric of ours, by its name without endings."""
    with TestClient(create_app(db, clock), client=("127.0.0.1", 1)) as client:
        text = client.get("/metrics").text
    return {
        each.name: each.type
        for each in text_string_to_metric_families(text)
        if each.name.startswith("gateproof_") and not each.name.endswith("_created")
    }


def queries() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def test_every_query_names_only_what_there_is(families: dict[str, str]) -> None:
    named = {name for query in queries() for name in NAMES.findall(query)}
    variables = {name for each in DASHBOARD["templating"]["list"] for name in NAMES.findall(str(each))}
    for name in named | variables:
        family = ENDINGS.sub("", name)
        assert family in families, name
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
        assert name.removeprefix(family) in endings[families[family]], name


def test_what_an_operator_watches_has_a_panel(families: dict[str, str]) -> None:
    shown = {ENDINGS.sub("", name) for query in queries() for name in NAMES.findall(query)}
    assert set(families) - shown == {"gateproof_build_info"}


def test_panels_neither_overlap_nor_share_an_id() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        mine = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not mine & cells, panel["title"]
        cells |= mine
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_the_table_of_metrics_is_whole(families: dict[str, str]) -> None:
    metrics = {
        ENDINGS.sub("", name): kind for name, kind in re.findall(r"\| `(gateproof_\w+)` \| (\w+) \|", TOLD)
    }
    assert metrics == families


def test_the_labels_that_queries_ask_for_are_told() -> None:
    for query in queries():
        for names in re.findall(r"by \(([^)]+)\)", query):
            for name in set(names.split(", ")) - BY_PROMETHEUS:
                assert re.search(rf"\| [^|]*`{name}`", TOLD), name
