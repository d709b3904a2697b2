"""Packages of npm, installed into a folder of their own: nothing of theirs is in the repository."""

import atexit
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

INSTALL = [
    "npm",
    "install",
    "--no-package-lock",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--silent",
]


@cache
def installed(source: Path) -> Path:
    """A copy of this folder, with the packages of its package.json in it, for all tests of this process.

    Skipped where there is no npm, unless it has to be there.
    """
    if shutil.which("npm") is None or shutil.which("node") is None:
        say = pytest.fail if _is_required() else pytest.skip
        say("no npm here")
    folder = Path(mkdtemp(prefix="gateproof-npm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    done = ran(INSTALL, folder)
    assert done.returncode == 0, done.stderr
    return folder


def ran(command: Sequence[str | Path], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command there, with its output, whichever way it ends."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _is_required() -> bool:
    return bool(os.environ.get("CI") or os.environ.get("GATEPROOF_REQUIRE_NPM"))
