"""gateproof serve."""

import gc
import logging
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from service.api.app import create_app
from service.api.background import Background, appending, forgetting_keys, sketching
from service.api.readiness_check import Draining, ReadinessCheck
from service.clock import ClockWatch, now
from service.commands.draining import DrainingServer
from service.delivery.worker import Worker
from service.edge_settings import trusted_proxies
from service.keys import open_database
from service.logs import configure_logging
from service.oidc.access import Oidc
from service.oidc.trust_file import InvalidTrust, read_trust
from service.settings import Settings, admin_token_of, from_environment
from service.startup import when_there
from service.store.sql.engine import Database
from service.store.sql.file_modes import open_to_others
from service.store.sql.migrating import SERVED, SHAPES, Shape, migrate, shape_of
from service.usecases.audit.clocks import log_ahead
from service.usecases.operations.bootstrap import prepare

log = logging.getLogger("gateproof")

SELDOM = (10_000, 10, 10)
"""The collector's thresholds: new objects, rounds over the young ones, rounds over the next older ones."""
SWITCH_SECONDS = 0.0005
"""After so long a thread that reads at length lets the event loop go on. A poll waits for its turn several
times: with the interpreter's usual 5 ms for longer than it takes."""
GRACE = 5
"""Seconds that answers under way have at the end: a stream would go on for long."""


def serve(forwarded_allow_ips: str | None, *, migrating: bool) -> int:
    """Serves until it is stopped; returns the exit code."""
    settings = from_environment()
    if forwarded_allow_ips is not None:
        proxies = trusted_proxies("--forwarded-allow-ips", forwarded_allow_ips)
        settings = settings._replace(forwarded_allow_ips=proxies)
    admin_token = admin_token_of(settings)
    configure_logging(settings.observability.format)
    db = open_database(settings)
    shape = when_there(lambda: _shape_of(db), settings.database.wait)
    if migrating and shape in ("not-migrated", "behind"):
        when_there(lambda: migrate(db), settings.database.wait)
        shape = _shape_of(db)
    if shape not in SERVED:
        print(SHAPES[shape])
        return 1
    if shape == "expanded":
        log.warning("A newer release migrated the database. This one serves beside it until it is replaced.")
    for path in open_to_others(settings.database.url):
        print(f"{path} may be read by others than its owner: chmod 600 it, unless they are to read it.")
    db.clock_watch = ClockWatch()
    made = when_there(lambda: prepare(db, now, admin_token), settings.database.wait)
    if (ahead := log_ahead(db, now)) is not None:
        log.error("%s", ahead)
    if made is not None:
        print(f"Admin token, shown this once: {made}", flush=True)
    app = create_app(
        db,
        now,
        settings.public_url,
        settings.edge,
        _oidc(settings),
        background_tasks(db, settings),
        settings.targets,
        settings.observability,
    )
    _collect_seldom()
    sys.setswitchinterval(SWITCH_SECONDS)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=_protocol(),
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=GRACE,
    )
    server = DrainingServer(config, _draining_of(app), settings.drain_seconds)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        return 3
    return 0


def _draining_of(app: ASGIApp) -> Draining:
    """Returns where the application looks whether it is to be drained."""
    api: Any = getattr(app, "app", app)
    check: ReadinessCheck = api.state.readiness_check
    return check.draining


def _shape_of(db: Database) -> Shape:
    with db.reading() as connection:
        return shape_of(connection)


def _collect_seldom() -> None:
    """A verdict is thousands of objects at once, none of them in a cycle: looking for cycles after each 700
    takes a quarter of a verdict with 200 citations. What was made until now stays for good: to look through
    that as well held every answer up for 60 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


def _protocol() -> Any:
    """Returns the protocol that answers polls inline; uvicorn's choice where its parser has no wheel."""
    try:
        from service.api.fast.inline_protocol import InlineProtocol  # noqa: PLC0415
    except ImportError:
        return "auto"
    return InlineProtocol


def _oidc(settings: Settings) -> Oidc | None:
    """Returns what verifies other issuers' tokens; None: nobody is trusted besides ourselves."""
    if settings.oidc_file is None:
        return None
    try:
        return Oidc(read_trust(settings.oidc_file))
    except InvalidTrust as error:
        raise SystemExit(f"GATEPROOF_OIDC_FILE\n{error}") from None


def background_tasks(db: Database, settings: Settings) -> list[Background]:
    """Returns the tasks that run in the background."""
    tasks: list[Background] = [forgetting_keys(db, now), sketching(db)]
    if settings.heads_file is not None:
        tasks.append(appending(db, now, settings.heads_file, settings.heads_every * 60))
    if settings.delivers:
        tasks.append(Worker(db, now, settings.targets, settings.public_url or "").run)
    return tasks
