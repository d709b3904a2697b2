"""`make run`: an example portfolio on SQLite, an address to click and lines to paste."""

import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes

import uvicorn

from service.api.app import create_app
from service.api.background import forgetting_keys
from service.clock import ClockWatch, now
from service.delivery.worker import Worker
from service.domain.access.token_form import RANDOM_BYTES, token_of
from service.keys import open_database
from service.settings import admin_token_of, from_environment
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.operations.bootstrap import prepare
from service.usecases.operations.example import BEGINS, is_empty, load_example

TRIES = 50
EXAMPLE = """It holds an example portfolio: `will-it-sail` is ready for its gate, `honesty-box` is too but
not for long, `berth-swap` is blocked for nearly every reason there is, `left-aboard` owes what it was
let through for, `fog-bell` was killed, and `tide-note` is launched."""
AS_LEFT = "It holds what you left in it."
WELCOME = """
Gateproof is running{taken}.
{holds}

  Click   {address}/docs
          press Authorize, paste the token, then open any operation and press Execute
  Token   {token}

Or type, in another terminal. These two first:

  export GATEPROOF={address}
  export TOKEN={token}

What does berth-swap still need to pass its next gate? (The verdict's first lines.)

  curl -s $GATEPROOF/v1/concepts/berth-swap/readiness -H "Authorization: Bearer $TOKEN" \\
    | python3 -m json.tool | sed -n 1,28p

May a pipeline go on? This fails unless the gate is ready, as it should.

  curl -sf "$GATEPROOF/v1/concepts/berth-swap/readiness?require=ready" \\
    -H "Authorization: Bearer $TOKEN" || echo blocked

Pass the gate all the same? Refused with 409 and the verdict, and the attempt is on record.

  curl -s $GATEPROOF/v1/concepts/berth-swap/reviews -H "Authorization: Bearer $TOKEN" \\
    -H "Content-Type: application/json" \\
    -d '{{"gate": "G1", "outcome": "go", "rationale": "It is time."}}' | python3 -m json.tool | sed -n 1,8p

Ctrl-C stops it; what you did is kept.
"""


class Welcoming(uvicorn.Server):
    """A server that prints its welcome once it listens."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self.welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then prints the welcome."""
        await super().startup(sockets)
        sys.stdout.write(self.welcome)
        sys.stdout.flush()


def run_demo(folder: Path) -> int:
    """Migrates, loads the example into an empty database, prints where to click, and serves."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = from_environment()
    admin_token = admin_token_of(settings)
    if "GATEPROOF_DATABASE_URL" not in os.environ:
        database = settings.database._replace(url=f"sqlite:///{folder / 'demo.db'}")
        settings = settings._replace(database=database)
    db = open_database(settings)
    migrate(db)
    token = admin_token or _reused_token(folder / "token")
    is_new = _prepare(db, token)
    db.clock_watch = ClockWatch()
    listening = _listen(settings.host, settings.port)
    welcome = _welcome(listening, settings.port, token, is_new=is_new)
    worker = Worker(db, now, settings.targets, settings.public_url or "")
    background = [forgetting_keys(db, now), worker.run]
    app = create_app(
        db, now, settings.public_url, settings.edge, background=background, targets=settings.targets
    )
    config = uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        log_level="warning",
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=2,
    )
    # Where Ctrl-C is ignored to begin with (in the background of a script) it is not raised again.
    with suppress(KeyboardInterrupt):
        Welcoming(config, welcome).run(sockets=[listening])
    sys.stdout.write("\nStopped. What you did is kept; the next start goes on from there.\n")
    return 0


def _prepare(db: Database, token: str) -> bool:
    """Loads the example, but only into an empty database; returns True if it did."""
    is_new = is_empty(db)
    if is_new:
        # Takes half a second. An example that is interrupted would never be completed.
        usual_handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        begun = now() - BEGINS
        prepare(db, lambda: begun, token)
        load_example(db, now())
        signal.signal(signal.SIGINT, usual_handler)
    prepare(db, now, token)
    return is_new


def _reused_token(path: Path) -> str:
    """Returns the token of the run before, so that pasted lines still work; else a new one."""
    if path.exists() and (token := path.read_text().strip()):
        return token
    token = token_of(token_bytes(RANDOM_BYTES))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    return token


def _listen(host: str, port: int) -> socket.socket:
    """Returns a socket on the port, or on the first free one after it."""
    for candidate in range(port, port + TRIES):
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen(128)
        except OSError:
            listening.close()
            continue
        return listening
    raise SystemExit(f"No free port from {port} to {port + TRIES - 1}: set GATEPROOF_PORT.")


def _welcome(listening: socket.socket, wanted: int, token: str, *, is_new: bool) -> str:
    host, port = listening.getsockname()[:2]
    return WELCOME.format(
        taken="" if port == wanted else f" on port {port}, for {wanted} was taken",
        holds=EXAMPLE if is_new else AS_LEFT,
        address=f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}",
        token=token,
    )
