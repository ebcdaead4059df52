"""Compares a full TLS handshake with a resumed one.

Run it with `python -m benchmarks.resumption [COUNT]`.

Both sides run in one process and in memory. The result is the processor time of both together, without a network.
"""

from __future__ import annotations

import ssl
import statistics
import sys
import time
from typing import TYPE_CHECKING

import trustme

from wsclient.testing.memory_stream import MemoryStream
from wsclient.transport.stream.tls_sessions import TlsSessions
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLIENT, _SERVER = ("192.0.2.7", 50_000), ("192.0.2.1", 443)


def contexts(version: ssl.TLSVersion) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Returns the contexts of a client and a server for this version."""
    authority = trustme.CA()
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(client)
    authority.issue_cert("localhost").configure_cert(server)
    client.minimum_version = client.maximum_version = version
    return client, server


def handshake(client: ssl.SSLContext, server: ssl.SSLContext, sessions: TlsSessions) -> tuple[float, int, bool]:
    """Returns the microseconds and the bytes from the server.

    Also returns whether the session was resumed.
    """
    here, there = MemoryStream.pair(time.perf_counter, client=_CLIENT, server=_SERVER)
    sent = 0

    class Counting(TlsStream):
        def flush(self) -> bool:
            nonlocal sent
            sent += self._outgoing.pending
            return super().flush()

    one, other = TlsStream(here, client, "localhost"), Counting(there, server, None)
    sessions.attach(one, "localhost", 443)
    start = time.perf_counter()
    done = [False, False]
    while not all(done):
        done = [done[0] or one.handshake(), done[1] or other.handshake()]
    took = time.perf_counter() - start
    is_resumed = one.is_resumed
    other.send(b"the tickets come with it")
    one.receive(100)
    one.close()
    return took * 1e6, sent, is_resumed


def row(name: str, found: Iterable[tuple[float, int, bool]]) -> str:
    """Returns a line of the table."""
    times, sizes, _ = zip(*found, strict=True)
    return f"| {name} | {statistics.median(times):.0f} us | {statistics.median(sizes):.0f} B |"


def main(count: int = 200) -> None:
    """Measures, and prints a table."""
    print("| Handshake | Both sides, CPU | From the server |\n|---|---|---|")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        client, server = contexts(version)
        kept = TlsSessions()
        handshake(client, server, kept)
        full, resumed = [], []
        for _ in range(count):
            full.append(handshake(client, server, TlsSessions()))
            resumed.append(handshake(client, server, kept))
        assert all(each[2] for each in resumed)
        assert not any(each[2] for each in full)
        print(row(f"{version.name}, full", full))
        print(row(f"{version.name}, resumed", resumed))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
