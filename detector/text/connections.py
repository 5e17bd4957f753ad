"""Connections to checked addresses only: none to this machine or to a private network.

A host name is resolved once, all its addresses are checked, and the connection is made to a checked one. So a
name that resolves to another address a moment later does no harm.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any, Final

import httpcore2

from detector.errors import PageError

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 addresses with an IPv4 address in their last four bytes (NAT64).
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: IP) -> bool:
    """Return whether an address is on the internet, not on this machine or in a private network."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


class Deadline:
    """The time at which everything must be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the remaining seconds; raises `PageError` if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise PageError(f"no answer within {self.seconds:g} seconds")
        return left


def resolved(host: str, port: int, deadline: Deadline) -> list[str]:
    """Resolve a host name. The look-up of the system has no time limit, so it is made in a thread."""
    found: list[str] = []
    faults: list[str] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(entry[4][0]) for entry in entries)
        except (OSError, UnicodeError) as error:
            faults.append(getattr(error, "strerror", None) or str(error))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.left())
    deadline.left()
    if faults or not found:
        raise PageError(f"no address of {host} is known ({(faults or ['none found'])[0]})")
    return list(dict.fromkeys(found))


class _TimedStream(httpcore2.NetworkStream):
    """A connection on which every wait ends at the deadline, also if the response trickles in."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)


class CheckedConnections(httpcore2.NetworkBackend):
    """Connects to public addresses only, unless private ones are allowed."""

    def __init__(self, deadline: Deadline, allow_private: bool) -> None:
        self._deadline, self._allow_private = deadline, allow_private
        self._backend = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of a host that responds."""
        addresses = resolved(host, port, self._deadline)
        for address in addresses:
            if not self._allow_private and not is_public(ipaddress.ip_address(address.split("%")[0])):
                is_what = "" if host == address else f"{address}, "
                raise PageError(
                    f"{host} is {is_what}an address of this machine or a private network: "
                    "allow it with --allow-private (in Python: allow_private=True) if you mean it"
                )
        for address in addresses[:-1]:
            try:
                return self._connected(address, port)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue  # the next address may respond
        return self._connected(addresses[-1], port)

    def _connected(self, address: str, port: int) -> httpcore2.NetworkStream:
        return _TimedStream(self._backend.connect_tcp(address, port, self._deadline.left()), self._deadline)
