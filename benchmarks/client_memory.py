"""What one client holds while it is open and idle: `python -m benchmarks.client_memory`.

Opens a few hundred, each kind in a process of its own, and divides what that process grew by: real memory, and what
of it Python allocated. The system's own socket buffers are in neither.
"""

from __future__ import annotations

import argparse
import json
import logging
import ssl
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import trustme

from benchmarks.hostile_server import HostileServer
from tests.support.resources import holding
from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_COUNT = 300
_LONGEST = 30.0  # seconds for all of them
_KIB = 1024
_ROOT = Path(__file__).parent.parent


def main() -> None:
    """Measures all kinds, or one for `main` in another process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client_memory", description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("URL", "AUTHORITY", "TRACE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if options.one:
        url, authority, trace = options.one
        print(json.dumps(_bytes_each(url, authority, is_traced=trace == "yes")))
        return
    print(f"{'an open, idle client':24} {'real':>8} {'Python':>8}   KiB")
    with HostileServer() as server:
        _tell("not connected", "", "")
        _tell("ws", server.url + "rest", "")
        _tell("ws, compressed", server.url + "rest-compressed", "")
    _with_tls(lambda url, authority: _tell("wss", url, authority))


def _tell(words: str, url: str, authority: str) -> None:
    real, python = (_elsewhere(url, authority, trace) for trace in ("no", "yes"))
    print(f"{words:24} {real / _KIB:8.1f} {python / _KIB:8.1f}")


def _elsewhere(url: str, authority: str, trace: str) -> float:
    command = [sys.executable, "-m", "benchmarks.client_memory", "--one", url, authority, trace]
    said = subprocess.run(command, check=True, cwd=_ROOT, capture_output=True, text=True).stdout
    return float(json.loads(said))


def _bytes_each(url: str, authority: str, *, is_traced: bool) -> float:
    """Bytes that a client holds, as Python says or as the system does."""
    if is_traced:
        tracemalloc.start()
    context = ssl.create_default_context(cafile=authority) if authority else None
    _open(url, context, 20)  # until every cache is filled
    before = holding()
    kept = _open(url, context, _COUNT)
    after = holding()
    grown = after.traced - before.traced if is_traced else after.resident - before.resident
    return grown / len(kept)


def _open(url: str, context: ssl.SSLContext | None, count: int) -> list[WebSocketClient]:
    clients = [WebSocketClient() for _ in range(count)]
    deadline = time.monotonic() + _LONGEST
    for client in clients if url else ():
        client.trusted_ssl_certificate = context
        client.compression = "compressed" in url
        client.connect_to_url(url)
        while client.get_connection_status() != client.CONNECTION_CONNECTED:
            assert time.monotonic() < deadline, f"{client!r}: {client.last_error}"
            client.poll()
            time.sleep(0)
    return clients


def _with_tls(measure: Callable[[str, str], None]) -> None:
    """Starts the server that speaks TLS."""
    with tempfile.TemporaryDirectory() as folder:
        authority, certificate = Path(folder) / "authority.pem", Path(folder) / "server.pem"
        made = trustme.CA()
        made.cert_pem.write_to_path(str(authority))
        made.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        command = [sys.executable, "-m", "benchmarks.server", str(certificate)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as server:
            assert server.stdout is not None
            server.stdout.readline()
            measure(f"wss://127.0.0.1:{server.stdout.readline().strip()}/", str(authority))
            server.kill()


if __name__ == "__main__":
    main()
