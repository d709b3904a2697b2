"""What the environment says."""

import os
from pathlib import Path
from typing import NamedTuple

from service.edges import LOOPBACK, USUAL, Edges, edges_of, trusted_proxies

DEFAULT_DATABASE_URL = "sqlite:///gateproof.db"


class Settings(NamedTuple):
    """Where to listen, what to store in, and how others reach it."""

    host: str
    port: int
    database_url: str
    admin_token: str | None
    public_url: str | None
    key: str | None = None
    key_file: Path | None = None
    edges: Edges = USUAL
    forwarded_allow_ips: str = LOOPBACK


def from_environment() -> Settings:
    """GATEPROOF_HOST, _PORT, _DATABASE_URL, _ADMIN_TOKEN, _PUBLIC_URL, _KEY and _KEY_FILE; those of edges.py.

    FORWARDED_ALLOW_IPS goes by the server's own name for it. SystemExit when the edge's are malformed.
    """
    say = os.environ.get
    return Settings(
        host=say("GATEPROOF_HOST", "127.0.0.1"),
        port=int(say("GATEPROOF_PORT", "8000")),
        database_url=say("GATEPROOF_DATABASE_URL", DEFAULT_DATABASE_URL),
        admin_token=say("GATEPROOF_ADMIN_TOKEN") or None,
        public_url=say("GATEPROOF_PUBLIC_URL") or None,
        key=say("GATEPROOF_KEY") or None,
        key_file=Path(named) if (named := say("GATEPROOF_KEY_FILE")) else None,
        edges=edges_of(say),
        forwarded_allow_ips=trusted_proxies("FORWARDED_ALLOW_IPS", say("FORWARDED_ALLOW_IPS") or LOOPBACK),
    )
