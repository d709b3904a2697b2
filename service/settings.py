"""What the environment says."""

import os
from pathlib import Path
from typing import NamedTuple

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
    heads_file: Path | None = None
    """Where the service appends signed heads of its log; `heads_every`: after so many minutes again."""
    heads_every: float = 60


def from_environment() -> Settings:
    """GATEPROOF_HOST, _PORT, _DATABASE_URL, _ADMIN_TOKEN, _PUBLIC_URL, _KEY, _KEY_FILE, _HEADS_FILE and
    _HEADS_EVERY."""
    say = os.environ.get
    return Settings(
        host=say("GATEPROOF_HOST", "127.0.0.1"),
        port=int(say("GATEPROOF_PORT", "8000")),
        database_url=say("GATEPROOF_DATABASE_URL", DEFAULT_DATABASE_URL),
        admin_token=say("GATEPROOF_ADMIN_TOKEN") or None,
        public_url=say("GATEPROOF_PUBLIC_URL") or None,
        key=say("GATEPROOF_KEY") or None,
        key_file=Path(named) if (named := say("GATEPROOF_KEY_FILE")) else None,
        heads_file=Path(heads) if (heads := say("GATEPROOF_HEADS_FILE")) else None,
        heads_every=float(say("GATEPROOF_HEADS_EVERY", "60")),
    )
