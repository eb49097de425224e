"""Which network addresses a URL from outside may lead to.

The check sits where the socket is made, with the very address that is connected to: a name that resolves
differently a moment later, a number written oddly and a redirect all pass through it.
"""

import ipaddress
import socket
from typing import Any

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, Any]

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(OSError):
    """The address is private and private addresses are not allowed here."""

    def __init__(self) -> None:
        super().__init__("private address")


def is_public(address: str) -> bool:
    """Say whether a numeric address belongs to the public internet; anything unreadable does not."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        return _is_public_6(found)
    return found.is_global and not found.is_multicast


def _is_public_6(address: ipaddress.IPv6Address) -> bool:
    """Look into the ways an IPv4 address can hide in an IPv6 one."""
    inner = address.ipv4_mapped or address.sixtofour
    if address in _TRANSLATED:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public(str(inner))
    hidden = address.teredo is not None or address.is_site_local
    return address.is_global and not address.is_multicast and not hidden


def public_socket(info: AddressInfo) -> socket.socket:
    """Make a socket for one resolved address; raises `AddressRefused` for those that are not public."""
    family, kind, protocol, _, target = info
    if not is_public(str(target[0])):
        raise AddressRefused
    return socket.socket(family=family, type=kind, proto=protocol)
