"""Who is calling, honestly: X-Forwarded-For counts only as far as it was written by proxies that we trust."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

Network = IPv4Network | IPv6Network
UNKNOWN = "0.0.0.0"  # noqa: S104 - stands for a peer without an address, such as a Unix socket
IPV6_PREFIX = 64


def client_ip(connection: HTTPConnection, trusted: Sequence[Network]) -> str:
    """The nearest address that is not a trusted proxy."""
    peer = connection.client.host if connection.client else UNKNOWN
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for"))
    chain = [*(part.strip() for part in forwarded.split(",") if part.strip()), peer]
    nearest = peer
    for hop in reversed(chain):
        address = _parsed(hop)
        if address is None:
            break
        nearest = str(address)
        if not any(address in network for network in trusted):
            break
    return nearest


def network_of(ip: str) -> str:
    """What limits count: an IPv6 user has a whole /64 to choose addresses from."""
    address = ip_address(ip)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


def is_behind_trusted_proxy(connection: HTTPConnection, trusted: Sequence[Network]) -> bool:
    address = _parsed(connection.client.host) if connection.client else None
    return address is not None and any(address in network for network in trusted)


def base_url(connection: HTTPConnection, public_url: str | None, trusted: Sequence[Network]) -> str:
    """The address people reach us by, without a slash at the end."""
    if public_url:
        return public_url.rstrip("/")
    scheme = connection.url.scheme.replace("ws", "http")
    host = connection.headers.get("host", connection.url.netloc)
    if is_behind_trusted_proxy(connection, trusted):
        scheme = connection.headers.get("x-forwarded-proto", scheme)
        host = connection.headers.get("x-forwarded-host", host)
    return f"{scheme}://{host}"


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
