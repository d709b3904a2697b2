"""The page that says what each event of the log holds is made from the record."""

import subprocess
import sys
from pathlib import Path

from service.domain.record.catalogue import EVENTS

ROOT = Path(__file__).parents[2]


def test_the_page_says_what_the_record_declares() -> None:
    made = subprocess.run(
        [sys.executable, "scripts/events.py"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (ROOT / "docs" / "events.md").read_text() == made, "run `make openapi`"
    assert [type for type in EVENTS if f"### {type}\n" not in made] == [], (
        "ORDER of scripts/events.py lacks a file"
    )
