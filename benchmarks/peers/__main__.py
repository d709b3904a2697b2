"""`make bench-peers`: others from npm, by the nearest call that they have, in one run with ours.

Installs them (Node and npm are needed) into a folder that is thrown away unless --folder names one.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfile, which
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import Request, urlopen

import orjson

from benchmarks import bars, report, subjects
from benchmarks.__main__ import log
from benchmarks.asking import Ask
from benchmarks.generators import generator
from benchmarks.postgresql import Postgres, wheel
from benchmarks.rounds import Course, Subject
from benchmarks.seed import Sizes, seed
from benchmarks.servers import Server, gateproof, pin, server
from service.commands.load import request

HERE = Path(__file__).parent
OURS = ("package.json", "rules.mjs")
ADMIN, CLIENT = "*:*.bench-admin", "default:development.bench-client"
FEATURES = "/api/client/features"
PATIENCE = 120
RULES = "json-rules-engine, 12 rules, bare node http"
UNLEASH_KNOWN, UNLEASH = "Unleash, features, 304", "Unleash, features, 200"


def main() -> int:
    """Print a table: theirs and ours."""
    parser = ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="install there, and leave it")
    options = parser.parse_args()
    if not (which("node") and which("npm")):
        raise SystemExit("Node and npm are needed for this.")
    name, load = generator()
    course = Course(load, options.seconds, options.rounds)
    with TemporaryDirectory(prefix="gateproof-peers-") as directory, ExitStack() as stack:
        folder = options.folder or Path(directory)
        _install(folder)
        pin(0)
        peers = [*_ours(stack, Path(directory)), *_rules(stack, folder), *_unleash(stack, folder)]
        results = course.run(peers, log)
    log("")
    report.table(results)
    report.keep("peers", course, name, results, [], [])
    return 0


def _install(folder: Path) -> None:
    log("installing the peers")
    folder.mkdir(parents=True, exist_ok=True)
    for name in OURS:
        copyfile(HERE / name, folder / name)
    line = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(line, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _ours(stack: ExitStack, folder: Path) -> list[Subject]:
    url = f"sqlite:///{folder / 'gateproof.db'}"
    world = seed(url, Sizes(5_000))
    service = stack.enter_context(gateproof(url))
    wanted = (bars.UNCHANGED, bars.WARM, bars.COLD)
    return [
        each for each in subjects.polled(service, world._replace(heavy=world.alike)) if each.name in wanted
    ]


def _rules(stack: ExitStack, folder: Path) -> list[Subject]:
    running = stack.enter_context(server(["node", str(folder / "rules.mjs")]))
    return [Subject(RULES, running, Ask(request("GET", "/")))]


def _unleash(stack: ExitStack, folder: Path) -> list[Subject]:
    """What its clients poll for: all features of an environment, from what it keeps in memory."""
    postgres = stack.enter_context(wheel())
    try:
        running = stack.enter_context(_started(postgres, folder))
        _make_features(running)
        headers = {"Authorization": CLIENT}
        with urlopen(Request(f"http://127.0.0.1:{running.port}{FEATURES}", headers=headers)) as answer:
            etag = answer.headers["ETag"]
    except (OSError, RuntimeError) as error:
        print(f"Unleash did not start here, and is left out: {error}")
        return []
    known = request("GET", FEATURES, Authorization=CLIENT, If_None_Match=etag)
    return [
        Subject(UNLEASH_KNOWN, running, Ask(known, (304,))),
        Subject(UNLEASH, running, Ask(request("GET", FEATURES, Authorization=CLIENT))),
    ]


@contextmanager
def _started(postgres: Postgres, folder: Path) -> Iterator[Server]:
    command = ["node", str(folder / "node_modules" / "unleash-server" / "dist" / "server.js")]
    body = {
        "DATABASE_URL": postgres.url,
        "DATABASE_SSL": "false",
        "INIT_ADMIN_API_TOKENS": ADMIN,
        "INIT_BACKEND_API_TOKENS": CLIENT,
        "CHECK_VERSION": "false",
        "SEND_TELEMETRY": "false",
        "LOG_LEVEL": "error",
        "NODE_ENV": "production",
        "HOME": os.environ.get("HOME", str(folder)),
    }
    with server(command, **body) as running:
        yield running


def _make_features(running: Server) -> None:
    """Four, as there are four decisions."""
    path = "/api/admin/projects/default/features"
    headers = {"Authorization": ADMIN, "Content-Type": "application/json"}
    for n in range(4):
        body = orjson.dumps({"name": f"decision-{n}", "type": "release"})
        _call(Request(f"http://127.0.0.1:{running.port}{path}", body, headers))


def _call(asked: Request) -> None:
    """It takes connections before its database is migrated."""
    ends = monotonic() + PATIENCE
    while True:
        try:
            urlopen(asked, timeout=30).close()
        except URLError:
            if monotonic() > ends:
                raise
            sleep(0.5)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
