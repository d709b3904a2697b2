"""The operator's settings, from the environment."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from service.delivery.targets import PUBLIC, Targets, networks
from service.domain.access.token_form import most_bits
from service.edges import LOOPBACK, USUAL, Edges, edges_of, trusted_proxies
from service.observing import PLAIN, Observing, observing_of

VISIBLE = re.compile(r"[!-~]+")
ADMIN_TOKEN_BITS = 128
WEAK = (
    f"GATEPROOF_ADMIN_TOKEN must have at least {ADMIN_TOKEN_BITS} bits, in visible ASCII characters, or it"
    " could be guessed: set one that `openssl rand -hex 32` prints, or leave it out for one that is made."
)
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
    edges: Edges = USUAL
    forwarded_allow_ips: str = LOOPBACK
    heads_file: Path | None = None
    """Where the service appends signed heads of its log; `heads_every`: after so many minutes again."""
    heads_every: float = 60
    targets: Targets = PUBLIC
    """Where webhooks may be sent to."""
    observing: Observing = PLAIN
    delivers: bool = True
    """Whether `serve` delivers webhooks too."""


def from_environment() -> Settings:
    """Returns what the GATEPROOF_ variables of the README say, those of edges.py among them.

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
        key_file=_path(say("GATEPROOF_KEY_FILE")),
        oidc_file=_path(say("GATEPROOF_OIDC_FILE")),
        edges=edges_of(say),
        forwarded_allow_ips=trusted_proxies("FORWARDED_ALLOW_IPS", say("FORWARDED_ALLOW_IPS") or LOOPBACK),
        heads_file=_path(say("GATEPROOF_HEADS_FILE")),
        heads_every=float(say("GATEPROOF_HEADS_EVERY", "60")),
        targets=Targets(networks("GATEPROOF_WEBHOOK_ALLOW", say("GATEPROOF_WEBHOOK_ALLOW"))),
        observing=observing_of(say),
        delivers=say("GATEPROOF_DELIVER", "yes").lower() not in ("no", "false", "0", "off"),
    )


def admin_token_of(settings: Settings) -> str | None:
    """Returns the token that the service starts with. SystemExit if it could be guessed."""
    token = settings.admin_token
    if token is not None and (not VISIBLE.fullmatch(token) or most_bits(token) < ADMIN_TOKEN_BITS):
        raise SystemExit(WEAK)
    return token


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
