"""The addresses that an issuer may have."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def checked(url: str, *, loopback: bool = True) -> str:
    """Returns the address; ValueError with rule and remedy unless it is https.

    `loopback`: whether plain http to this very machine will do as well.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is no address; write https://host/path") from None
    if not url.isascii() or not url.isprintable() or " " in url or not host:
        raise ValueError("is no address; write https://host/path")
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise ValueError("has a user, a query or a fragment; leave that out")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http" and is_loopback(url)):
        raise ValueError("is not https, so keys from there could be anybody's; use https")
    return url


def is_loopback(url: str) -> bool:
    """True if the address leads to this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
