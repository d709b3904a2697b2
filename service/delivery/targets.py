"""The targets of webhooks: names are looked up and every address is checked, at every delivery."""

from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import SOCK_STREAM, gaierror
from typing import NamedTuple
from urllib.parse import urlsplit

from anyio import fail_after, getaddrinfo
from httpx2 import URL, InvalidURL

from service.usecases.errors import Refused, invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

NAT64 = IPv6Network("64:ff9b::/96")
# Public by their numbers, and inside all the same: where clouds tell a machine about itself.
INSIDE = (IPv4Network("168.63.129.16/32"), IPv4Network("192.0.0.0/24"))
SECONDS = 5.0
PORTS = {"http": 80, "https": 443}


class NotResolved(Exception):
    """The name has no address."""


class Forbidden(Exception):
    """Nothing is sent to this address. The text says why."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """Returns the addresses of a name, by the system's resolver."""
    try:
        with fail_after(SECONDS):
            addresses = await getaddrinfo(host, port, type=SOCK_STREAM)
    except (gaierror, UnicodeError, TimeoutError):
        raise NotResolved from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in addresses))


class Targets(NamedTuple):
    """The addresses that webhooks may have: public ones, and those that the operator allows."""

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = look_up

    async def addresses(self, url: URL) -> Sequence[str]:
        """Returns the addresses to connect to. NotResolved, or Forbidden if any of them is not allowed."""
        port = url.port or PORTS[url.scheme]
        addresses = [_parsed(each) for each in await self.resolve(url.raw_host.decode().rstrip("."), port)]
        if not addresses:
            raise NotResolved
        if not all(self._is_allowed(each) or is_public(each) for each in addresses):
            raise Forbidden("is not a public address")
        if url.scheme == "http" and not all(map(self._is_allowed, addresses)):
            raise Forbidden("must be https")
        return [str(each) for each in addresses]

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self.allowed)


PUBLIC = Targets()
"""Only public addresses."""


def is_public(address: Address) -> bool:
    """True if anybody on the internet could reach the address."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not special and not any(address in network for network in INSIDE)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Returns the IPv4 address that an IPv6 address stands for, if any."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _parsed(text: str) -> Address:
    """Returns the address; IPv4 mapped into IPv6 is IPv4, and a zone makes an address local."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def networks(name: str, text: str | None) -> tuple[Network, ...]:
    """Returns networks from a text with commas. SystemExit for anything else: it would allow nobody."""
    try:
        return tuple(ip_network(part.strip()) for part in (text or "").split(",") if part.strip())
    except ValueError:
        raise SystemExit(
            f"{name} must be addresses and networks with commas, as in 10.1.0.0/16,192.168.7.7:"
            " correct it, or leave it out."
        ) from None


async def require_target(targets: Targets, text: str, field: str) -> None:
    """Raises Refused if nothing may ever be sent there. A name without an address yet may get one later."""
    url = parsed_url(text, field)
    try:
        await targets.addresses(url)
    except NotResolved:
        if url.scheme == "http" and not targets.allowed:
            raise invalid(field, "must be https", "use https") from None
    except Forbidden as why:
        raise invalid(field, str(why), "name a public https address, or ask the operator") from None


def parsed_url(text: str, field: str) -> URL:
    """Returns the URL; raises Refused if nothing could be sent to it."""
    try:
        urlsplit(text).port  # noqa: B018 - out of range it raises, where URL does not
        url = URL(text)
        is_odd = url.scheme not in PORTS or not url.host or url.port == 0
    except (InvalidURL, ValueError, UnicodeError):
        raise _malformed(field) from None
    if is_odd or url.fragment:
        raise _malformed(field)
    if url.userinfo:
        raise invalid(field, "must hold no user name or password", "put a secret into the path instead")
    return url


def _malformed(field: str) -> Refused:
    return invalid(field, "must be an address such as https://hooks.example/in", "correct it")
