"""Reads no_proxy, the list of servers to connect to without the proxy."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

__all__ = ["is_excepted"]


def is_excepted(host: str, port: int, no_proxy: str) -> bool:
    """Returns True if a list of exceptions contains a server.

    The rules are those of `urllib.request.proxy_bypass`: commas separate the entries. "*" alone means all servers,
    "game.example" and ".game.example" mean the name and all names below it, and an entry with a port means that port
    only. In addition, "*.game.example" means the same as ".game.example", "10.0.0.0/8" is a network, and an IPv6
    address may be in brackets.

    Args:
        host: a name, or a numeric address without brackets.
        port: 1-65535.
        no_proxy: the list.
    """
    if no_proxy.strip() == "*":
        return True
    name = host.rstrip(".").lower()
    address = _address(name)
    return any(_matches(entry.strip().lower(), name, port, address) for entry in no_proxy.split(","))


def _matches(entry: str, name: str, port: int, address: IPv4Address | IPv6Address | None) -> bool:
    if "/" in entry:
        return address is not None and _has(entry, address)
    entry, entry_port = _split(entry)
    entry = entry.removeprefix("*.").lstrip(".").rstrip(".")
    if not entry or entry_port not in ("", str(port)):
        return False
    if address is not None:
        return _address(entry) == address
    return name == entry or name.endswith(f".{entry}")


def _split(entry: str) -> tuple[str, str]:
    """Returns the host of an entry, without brackets, and its port."""
    if entry.startswith("["):
        host, _, port = entry[1:].partition("]")
        return host, port.removeprefix(":")
    if entry.count(":") > 1:  # an IPv6 address
        return entry, ""
    host, _, port = entry.partition(":")
    return host, port


def _has(entry: str, address: IPv4Address | IPv6Address) -> bool:
    try:
        return address in ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
