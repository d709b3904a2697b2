"""Pictures of what was measured, for docs/."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import orjson

mpl.use("svg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).parent.parent / "docs" / "plots"
MET, MISSED, MARK = "#2a7f62", "#c0552b", "#333333"
SETTINGS = {
    "svg.hashsalt": "gateproof",
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
CURVES = (("rate", "answers a second"), ("median", "median, ms"), ("p99", "99th percentile, ms"))


def bars(path: Path) -> Path:
    """Each ratio in its bar: what reaches 1 is met. The tick further on is the stretch."""
    results = orjson.loads(path.read_bytes())
    judged = [each for each in results["bars"] if "cpu" in each][::-1]
    with mpl.rc_context(SETTINGS):
        figure, axes = plt.subplots(figsize=(8.5, 0.26 * len(judged) + 1.2))
        for place, each in enumerate(judged):
            reached = each["measured"] / each["bar"]
            axes.barh(place, reached, color=MET if each["met"] else MISSED, height=0.65)
            axes.text(reached, place, f" {each['measured']:.2f}", va="center")
            if "stretch" in each:
                axes.plot(2 * [each["stretch"] / each["bar"]], [place - 0.4, place + 0.4], color=MARK)
        axes.axvline(1, color=MARK, linewidth=1)
        axes.set_yticks(range(len(judged)), [each["what"] for each in judged])
        axes.set_xscale("log")
        axes.set_xlabel("of its bar (1: met; the tick: the stretch)")
        axes.set_title(_title(results))
        return _saved(figure, "bars.svg")


def load(path: Path) -> Path:
    """Throughput, median and tail over the number of connections, a row each database."""
    results = orjson.loads(path.read_bytes())
    databases = results["databases"]
    with mpl.rc_context(SETTINGS):
        figure, rows = plt.subplots(
            len(databases), len(CURVES), figsize=(10, 3.1 * len(databases)), squeeze=False
        )
        for row, (database, subjects) in zip(rows, databases.items(), strict=True):
            for axes, (field, label) in zip(row, CURVES, strict=True):
                for name, points in subjects.items():
                    across = [point["connections"] for point in points]
                    axes.plot(across, [point[field] for point in points], marker=".", label=name)
                axes.set_xscale("log", base=2)
                axes.set_yscale("log")
                axes.set_xticks(across, across)
                axes.set_title(f"{database}: {label}")
                axes.grid(alpha=0.25)
        for axes in rows[-1]:
            axes.set_xlabel("connections")
        figure.suptitle(_title(results))
        figure.legend(*rows[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        return _saved(figure, "load.svg")


def _title(results: dict[str, Any]) -> str:
    machine = results["machine"]
    return (
        f"{results['at'][:10]}, {machine['cores']} cores, {machine['processor']}, by {results['generator']}"
    )


def _saved(figure: Any, name: str) -> Path:
    DOCS.mkdir(exist_ok=True)
    figure.set_layout_engine("constrained")
    figure.savefig(DOCS / name, metadata={"Date": None})
    plt.close(figure)
    return DOCS / name
