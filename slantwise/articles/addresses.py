"""Which hosts may be asked: those whose every address is public. The connection goes to the address that was checked.

A name is resolved once, here, and the connection made to what came out: it cannot be public when checked and private
when used. Redirects come through here too, since every connection does.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from typing import Any

from httpcore2 import ConnectError, NetworkBackend, NetworkStream, SyncBackend

from slantwise.records import InputError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

# Prefixes of IPv6 after which an IPv4 address follows.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host name, as the system resolves it."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet: not private, link-local, loopback, multicast or reserved."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    return all(
        a.is_global and not (a.is_multicast or a.is_reserved or getattr(a, "is_site_local", False))
        for a in _meant(found)
    )


def _meant(address: Address) -> Iterable[Address]:
    """The address, and those of IPv4 that it carries."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [last]
    if address in _COMPATIBLE:
        return [address, last]
    carried = [a for a in (address.sixtofour, *(address.teredo or ())) if a is not None]
    return [address, *carried]


class GuardedBackend(NetworkBackend):
    """Opens connections to public addresses only."""

    def __init__(self, resolver: Resolver = resolve, allowed: Collection[str] = ()) -> None:
        """`allowed` addresses count as public; it is there for tests, which serve on loopback."""
        self._inner = SyncBackend()
        self._resolve = resolver
        self._allowed = frozenset(allowed)

    def checked(self, host: str, port: int) -> list[str]:
        """The addresses of a host; InputError when one of them is not public, ConnectError when it has none."""
        try:
            addresses = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as problem:
            raise ConnectError(f"{host} is not known ({problem})") from None
        for address in addresses:
            if address not in self._allowed and not is_public(address):
                raise InputError(f"{host} is at {address}, which is no public address; those are not fetched from")
        if not addresses:
            raise ConnectError(f"{host} has no address")
        return addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        """Connect to the first checked address of the host that answers."""
        failure: Exception | None = None
        for address in self.checked(host, port):
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except ConnectError as problem:
                failure = problem
        assert failure is not None  # noqa: S101 - there was an address, and it failed
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> NetworkStream:
        """Refuse: no page lies there."""
        raise InputError(f"{path}: a socket of this machine is not fetched from")
