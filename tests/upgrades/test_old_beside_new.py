"""The release of the commit before serves on beside a database that this one, or the next, has migrated."""

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.packaging.running import environment, free_port, get, running

ROOT = Path(__file__).parents[2]
PACKAGES = ("service", "schemas", "migrations")
ADMIN_TOKEN = "a4f1c97be2035d8861fe0b7d93ac245f"
NEXT = '''"""What a next release makes."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
lives_with = "{lives_with}"


def upgrade() -> None:
    op.add_column("people", sa.Column("new_{revision}", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "new_{revision}")
'''


def revisions(tree: Path) -> list[str]:
    """Those that a release knows, in order."""
    return sorted(path.stem[1:5] for path in (tree / "migrations" / "versions").glob("m*.py"))


def this_one(folder: Path) -> Path:
    """A copy of this release."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def the_one_before(folder: Path) -> Path:
    """The release of the commit before, where there is one that reads who lives with a database."""
    command = ["git", "archive", "HEAD~1", *PACKAGES]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip("there is no commit before this one")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder if (folder / "service/store/sql/releases.py").exists() else this_one(folder / "this")


def followed_by(tree: Path, folder: Path, lives_with: str) -> Path:
    """The release after that one: it has one more migration."""
    shutil.copytree(tree, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = revisions(tree)[-1]
    revision = f"{max(9000, int(before)) + 1}"
    text = NEXT.format(revision=revision, before=before, lives_with=lives_with)
    (folder / "migrations" / "versions" / f"m{revision}_next.py").write_text(text)
    return folder


class Releases:
    """Commands of one release or another, on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.settings = {"GATEPROOF_DATABASE_URL": url, "GATEPROOF_KEY": os.environ["GATEPROOF_KEY"]}

    def run(self, tree: Path, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "service.cli", *arguments]
        settings = self.settings | {"PYTHONPATH": str(tree)}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment(**settings),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


def test_the_old_one_stays_ready_beside_what_only_adds_and_says_what_does_more(
    new_database: Callable[[str], str], tmp_path: Path
) -> None:
    new = this_one(tmp_path / "new")
    old = the_one_before(tmp_path / "old")
    expanded = followed_by(new, tmp_path / "expanded", revisions(new)[-1])
    contracted = followed_by(expanded, tmp_path / "contracted", "9002")
    releases = Releases(new_database("empty"), tmp_path)
    assert releases.run(old, "migrate")[0] == 0
    port = free_port()
    address, serve = f"http://127.0.0.1:{port}", [sys.executable, "-m", "service.cli", "serve"]
    settings = releases.settings | {"GATEPROOF_PORT": str(port), "GATEPROOF_ADMIN_TOKEN": ADMIN_TOKEN}
    with running(serve, tmp_path, **settings, PYTHONPATH=str(old)) as service:
        service.wait_until_ready(address)
        code, output = releases.run(expanded, "migrate")
        assert (code, "Traceback" in output) == (0, False), output
        [oldest] = re.findall(r"releases from (\d+) on may go on", output)
        lives = oldest in revisions(old)
        assert get(f"{address}/readyz").status_code == (200 if lives else 503)
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        person = {"key": "new", "name": "New", "function": "product"}
        with httpx2.Client(trust_env=False, headers=headers, timeout=20) as client:
            assert client.post(f"{address}/v1/people", json=person).status_code == 201
        assert releases.run(contracted, "migrate")[0] == 0
        answer = get(f"{address}/readyz")
        assert (answer.status_code, answer.json()["reason"]) == (503, "newer")
    for arguments in (["serve"], ["migrate"], ["serve", "--migrate"]):
        code, output = releases.run(old, *arguments)
        assert code != 0
        assert "Start that one, or restore" in output
        assert "Traceback" not in output
