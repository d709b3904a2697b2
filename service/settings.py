"""The operator's settings, from the environment."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from service.database_settings import DatabaseSettings, database_settings_of
from service.delivery.targets import PUBLIC, Targets, networks
from service.domain.access.token_form import most_bits
from service.edge_settings import LOOPBACK, USUAL, EdgeSettings, edge_settings_of, trusted_proxies
from service.observability_settings import PLAIN, ObservabilitySettings, observability_of
from service.setting_values import BadSetting, number_of, port_of, seconds_of

VISIBLE = re.compile(r"[!-~]+")
ADMIN_TOKEN_BITS = 128
WEAK = (
    f"GATEPROOF_ADMIN_TOKEN must have at least {ADMIN_TOKEN_BITS} bits, in visible ASCII characters, or it"
    " could be guessed: set one that `openssl rand -hex 32` prints, or leave it out for one that is made."
)
MINUTES_OF_A_YEAR = 525_600
USUAL_DRAIN, LONGEST_DRAIN = 4.0, 600.0
"""With the time that answers under way have, less than the ten seconds that containers are given to stop."""


class Settings(NamedTuple):
    """The operator's settings: where to listen, what to store in, and how others reach it."""

    host: str
    port: int
    database: DatabaseSettings
    admin_token: str | None
    public_url: str | None
    key: str | None = None
    key_file: Path | None = None
    oidc_file: Path | None = None
    edge: EdgeSettings = USUAL
    forwarded_allow_ips: str = LOOPBACK
    heads_file: Path | None = None
    """Where the service appends signed heads of its log; `heads_every`: after so many minutes again."""
    heads_every: float = 60
    targets: Targets = PUBLIC
    """Where webhooks may be sent to."""
    observability: ObservabilitySettings = PLAIN
    delivers: bool = True
    """Whether `serve` delivers webhooks too."""
    drain_seconds: float = USUAL_DRAIN
    """How long `serve` goes on after SIGTERM, not ready any more."""


def from_environment() -> Settings:
    """Returns what the GATEPROOF_ variables of the README say, those of edge_settings.py among them.

    FORWARDED_ALLOW_IPS goes by the server's own name for it. Raises BadSetting.
    """
    variable = os.environ.get
    return Settings(
        host=variable("GATEPROOF_HOST") or "127.0.0.1",
        port=port_of("GATEPROOF_PORT", variable, 8000),
        database=database_settings_of(variable),
        admin_token=variable("GATEPROOF_ADMIN_TOKEN") or None,
        public_url=variable("GATEPROOF_PUBLIC_URL") or None,
        key=variable("GATEPROOF_KEY") or None,
        key_file=_path(variable("GATEPROOF_KEY_FILE")),
        oidc_file=_path(variable("GATEPROOF_OIDC_FILE")),
        edge=edge_settings_of(variable),
        forwarded_allow_ips=trusted_proxies(
            "FORWARDED_ALLOW_IPS", variable("FORWARDED_ALLOW_IPS") or LOOPBACK
        ),
        heads_file=_path(variable("GATEPROOF_HEADS_FILE")),
        heads_every=number_of("GATEPROOF_HEADS_EVERY", variable, 60, MINUTES_OF_A_YEAR, "minutes"),
        targets=Targets(networks("GATEPROOF_WEBHOOK_ALLOW", variable("GATEPROOF_WEBHOOK_ALLOW"))),
        observability=observability_of(variable),
        delivers=variable("GATEPROOF_DELIVER", "yes").lower() not in ("no", "false", "0", "off"),
        drain_seconds=seconds_of(
            "GATEPROOF_DRAIN_SECONDS", variable, USUAL_DRAIN, LONGEST_DRAIN, is_zero_fine=True
        ),
    )


def admin_token_of(settings: Settings) -> str | None:
    """Returns the token that the service starts with. Raises BadSetting if it could be guessed."""
    token = settings.admin_token
    if token is not None and (not VISIBLE.fullmatch(token) or most_bits(token) < ADMIN_TOKEN_BITS):
        raise BadSetting(WEAK)
    return token


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
