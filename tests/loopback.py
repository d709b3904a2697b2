"""Nothing that a test does leaves the machine: whatever connects or resolves beyond loopback fails it."""

import socket
import sys
from ipaddress import ip_address
from typing import Any

ATTEMPTS: list[str] = []
"""What tried to leave during the present test, even where the code in between swallowed the error."""


class Beyond(OSError):
    """Somebody tried to reach another machine."""


def guard() -> None:
    """From now on, for as long as the process lives. What C libraries do by themselves is not seen."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        is_local = not isinstance(address, tuple) or _is_loopback(address[0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[0]
        is_local = needs_no_resolver(address)
    else:
        return
    if not is_local:
        ATTEMPTS.append(f"{event} {address}")
        raise Beyond(ATTEMPTS[-1])


def _is_loopback(host: str) -> bool:
    return host in ("", "localhost") or ip_address(host.partition("%")[0]).is_loopback


def needs_no_resolver(host: str | bytes | None) -> bool:
    """Returns whether nobody has to be asked for the address: it is one, in any of its spellings, or ours."""
    name = (host.decode() if isinstance(host, bytes) else host or "").rstrip(".").partition("%")[0]
    return name in ("", "localhost") or ":" in name or _is_ipv4(name)


def _is_ipv4(name: str) -> bool:
    try:
        return bool(socket.inet_aton(name))
    except (OSError, UnicodeError):
        return False
