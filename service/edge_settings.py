"""The operator's settings of the edge: rate limits, and the origins of pages that may call the API."""

import re
from ipaddress import ip_network
from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerMinute, parse_many

from service.setting_values import BadSetting, GetVariable

MOST = 1_000_000_000
LONGEST_WINDOW = 24 * 60 * 60
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
LOOPBACK = "127.0.0.1,::1"


class EdgeSettings(NamedTuple):
    """Limits count requests in windows, in each process; `requests` None: no limit. No origins: no CORS."""

    requests: RateLimitItem | None = None
    """For each token."""
    failed_logins: RateLimitItem = RateLimitItemPerMinute(100)
    """For each client address: requests without a valid token."""
    origins: tuple[str, ...] = ()


USUAL = EdgeSettings()


def edge_settings_of(variable: GetVariable) -> EdgeSettings:
    """Reads GATEPROOF_RATE_LIMIT, _FAILED_LOGIN_LIMIT and _CORS_ORIGINS. Raises BadSetting."""
    return EdgeSettings(
        requests=_rate("GATEPROOF_RATE_LIMIT", variable) or USUAL.requests,
        failed_logins=_rate("GATEPROOF_FAILED_LOGIN_LIMIT", variable) or USUAL.failed_logins,
        origins=_origins("GATEPROOF_CORS_ORIGINS", variable),
    )


def trusted_proxies(name: str, text: str) -> str:
    """Returns addresses and networks with commas, or `*`. Raises BadSetting for anything else, which would
    match nobody."""
    if text != "*":
        for part in text.split(","):
            try:
                ip_network(part.strip())
            except ValueError:
                raise BadSetting(
                    f"{name} must be addresses and networks with commas, as in 10.0.0.7,10.1.0.0/16:"
                    f" correct it, or leave it out for {LOOPBACK}."
                ) from None
    return text


def _rate(name: str, variable: GetVariable) -> RateLimitItem | None:
    text = variable(name)
    if not text:
        return None
    try:
        [limit] = parse_many(text)
    except ValueError:
        limit = None
    if limit is None or not (1 <= limit.amount <= MOST and limit.get_expiry() <= LONGEST_WINDOW):
        raise BadSetting(
            f"{name} must be one number of requests in a time of at most a day, as in 600/minute or"
            " 50/10 seconds: correct it, or leave it out."
        )
    return limit


def _origins(name: str, variable: GetVariable) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in (variable(name) or "").split(",") if part.strip())
    if "*" in origins:
        raise BadSetting(f"{name} must not be *, which is every page there is: name each origin.")
    if not all(ORIGIN.fullmatch(origin) for origin in origins):
        raise BadSetting(
            f"{name} must be origins with commas as browsers send them, as in https://board.example:8443, in"
            " small letters and without a path or a slash at the end: correct it, or leave it out."
        )
    return origins
