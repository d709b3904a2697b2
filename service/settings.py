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
    oidc_file: Path | None = None


def from_environment() -> Settings:
    """GATEPROOF_HOST, _PORT, _DATABASE_URL, _ADMIN_TOKEN, _PUBLIC_URL, _KEY, _KEY_FILE and _OIDC_FILE."""
    say = os.environ.get
    return Settings(
        host=say("GATEPROOF_HOST", "127.0.0.1"),
        port=int(say("GATEPROOF_PORT", "8000")),
        database_url=say("GATEPROOF_DATABASE_URL", DEFAULT_DATABASE_URL),
        admin_token=say("GATEPROOF_ADMIN_TOKEN") or None,
        public_url=say("GATEPROOF_PUBLIC_URL") or None,
        key=say("GATEPROOF_KEY") or None,
        key_file=_path(say("GATEPROOF_KEY_FILE")),
        oidc_file=_path(say("GATEPROOF_OIDC_FILE")),
    )


def _path(said: str | None) -> Path | None:
    return Path(said) if said else None
