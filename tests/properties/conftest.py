"""How the laws are tried: without a deadline; in CI the same examples every time."""

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow]

settings.register_profile("gateproof", deadline=None, suppress_health_check=SLOW)
settings.register_profile(
    "gateproof-ci",
    deadline=None,
    suppress_health_check=SLOW,
    derandomize=True,
    print_blob=True,
)
settings.load_profile("gateproof-ci" if os.environ.get("CI") else "gateproof")
