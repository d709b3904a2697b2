"""The command line: serve, migrate, demo, and the documents that are generated."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from service import __version__
from service.api.app import Background, create_api, create_app
from service.api.heads import appending
from service.api.openapi import as_yaml, contract
from service.api.routes.processes import process_schema
from service.clock import now
from service.commands import audit, deliver, keys, privacy
from service.delivery.worker import delivering
from service.demo import run_demo
from service.edges import LOOPBACK, trusted_proxies
from service.keys import open_database
from service.logs import configure_logging
from service.oidc.access import Oidc
from service.oidc.trust_file import InvalidTrust, read_trust
from service.settings import Settings, from_environment
from service.store.engine import Database
from service.store.keyring import KEY_BYTES, Keyring
from service.store.migrating import is_current, migrate
from service.usecases.bootstrap import prepare

GRACE = 5
"""Seconds that answers under way are given at the end: a stream would go on for long."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what it says."""
    said = _parser().parse_args(arguments)
    command = said.command
    if "run" in said:
        return int(said.run(said))
    if command == "serve":
        return _serve(_with_proxies(from_environment(), said.forwarded_allow_ips), migrating=said.migrate)
    if command == "migrate":
        return _migrate(from_environment())
    if command == "demo":
        return run_demo(Path(said.folder))
    if command == "openapi":
        sys.stdout.write(as_yaml(contract(create_api(_unopened(), now))))
        return 0
    sys.stdout.write(json.dumps(process_schema(), indent=2) + "\n")
    return 0


def _oidc(settings: Settings) -> Oidc | None:
    """Whom to trust besides our own tokens."""
    if settings.oidc_file is None:
        return None
    try:
        return Oidc(read_trust(settings.oidc_file))
    except InvalidTrust as error:
        raise SystemExit(f"GATEPROOF_OIDC_FILE\n{error}") from None


def _unopened() -> Database:
    """For what is said of the service without looking into a database."""
    return Database("sqlite://", Keyring([bytes(KEY_BYTES)]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gateproof",
        description="Gates that stay shut until recent customer conversations justify each decision.",
        epilog="Settings come from GATEPROOF_HOST, GATEPROOF_PORT, GATEPROOF_DATABASE_URL, "
        "GATEPROOF_ADMIN_TOKEN, GATEPROOF_PUBLIC_URL, GATEPROOF_RATE_LIMIT, GATEPROOF_FAILED_LOGIN_LIMIT "
        "and GATEPROOF_CORS_ORIGINS.",
    )
    parser.add_argument("--version", action="version", version=f"gateproof {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the API")
    serve.add_argument("--migrate", action="store_true", help="migrate the database first")
    serve.add_argument(
        "--forwarded-allow-ips",
        metavar="ADDRESSES",
        help="the proxies whose X-Forwarded-For and -Proto are believed: addresses and networks with commas"
        f" (default: FORWARDED_ALLOW_IPS, or {LOOPBACK})",
    )
    commands.add_parser("migrate", help="bring the database to the newest shape")
    demo = commands.add_parser("demo", help="serve an example portfolio on SQLite")
    demo.add_argument("--folder", default=".gateproof", help="where it keeps its state")
    privacy.add(commands)
    audit.add(commands, keys.add(commands))
    deliver.add(commands)
    commands.add_parser("openapi", help="print the contract as YAML")
    commands.add_parser("process-schema", help="print the JSON Schema of a process")
    return parser


def _with_proxies(settings: Settings, said: str | None) -> Settings:
    if said is None:
        return settings
    return settings._replace(forwarded_allow_ips=trusted_proxies("--forwarded-allow-ips", said))


def _migrate(settings: Settings) -> int:
    db = open_database(settings)
    migrate(db)
    db.close()
    print("The database is at the newest revision.")
    return 0


def _serve(settings: Settings, *, migrating: bool) -> int:
    configure_logging(settings.observing.format)
    db = open_database(settings)
    if migrating:
        migrate(db)
    with db.reading() as connection:
        if not is_current(connection):
            print("The database is not migrated: run `gateproof migrate`, or serve --migrate.")
            return 1
    made = prepare(db, now, settings.admin_token)
    if made is not None:
        print(f"Admin token, shown this once: {made}", flush=True)
    uvicorn.run(
        create_app(
            db,
            now,
            settings.public_url,
            settings.edges,
            _oidc(settings),
            _beside(db, settings),
            settings.targets,
            settings.observing,
        ),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=GRACE,
    )
    return 0


def _beside(db: Database, settings: Settings) -> list[Background]:
    """What goes on in the background."""
    found: list[Background] = []
    if settings.heads_file is not None:
        found.append(appending(db, now, settings.heads_file, settings.heads_every * 60))
    if settings.delivers:
        found.append(delivering(db, now, settings.targets, settings.public_url))
    return found


if __name__ == "__main__":
    sys.exit(main())
