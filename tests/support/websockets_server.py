"""A real server, on the `websockets` package, in a process of its own.

    python -m tests.support.websockets_server [CERTIFICATE_AND_KEY.pem]

Prints its port, then serves until its standard input ends. The path says what it does: see `PATHS`.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def _echo(connection: ServerConnection, _query: dict[str, str]) -> None:
    for message in connection:
        connection.send(message)


def _fragments(connection: ServerConnection, query: dict[str, str]) -> None:
    """Echoes each message in so many fragments."""
    for message in connection:
        size = max(1, len(message) // int(query["n"]))
        connection.send(message[start : start + size] for start in range(0, len(message), size))


def _headers(connection: ServerConnection, _query: dict[str, str]) -> None:
    """Tells what the client's request said."""
    request = connection.request
    assert request is not None
    connection.send(json.dumps({"path": request.path, "headers": list(request.headers.raw_items())}))
    _echo(connection, {})


def _stream(connection: ServerConnection, query: dict[str, str]) -> None:
    """Sends n numbered messages, then closes."""
    for number in range(int(query["n"])):
        connection.send(str(number) if number % 2 else number.to_bytes(4, "big"))


def _close(connection: ServerConnection, query: dict[str, str]) -> None:
    """Closes when the first message arrives, after echoing it."""
    connection.send(connection.recv())
    connection.close(int(query["code"]), query.get("reason", ""))


def _drop(connection: ServerConnection, _query: dict[str, str]) -> None:
    """Ends TCP at the first message, without a Close frame."""
    connection.recv()
    connection.socket.shutdown(2)


PATHS = {
    "/": _echo,
    "/fragments": _fragments,
    "/headers": _headers,
    "/stream": _stream,
    "/close": _close,
    "/drop": _drop,
}


def _handle(connection: ServerConnection) -> None:
    assert connection.request is not None
    url = urlsplit(connection.request.path)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    with suppress(ConnectionClosed):
        PATHS.get(url.path, _echo)(connection, query)


def _choose(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return next((Subprotocol(name) for name in ("chat.v2", "chat.v1") if name in offered), None)


def main(certificate: str | None = None) -> None:
    """Serves until standard input ends."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    options = {"ssl": context, "max_size": None, "compression": None, "select_subprotocol": _choose}
    with serve(_handle, "127.0.0.1", 0, **options) as server:
        print(server.socket.getsockname()[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()


@contextmanager
def running(certificate: Path | None = None) -> Iterator[int]:
    """Runs it, and yields its port."""
    command = [sys.executable, "-m", "tests.support.websockets_server", *([str(certificate)] if certificate else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    main(*sys.argv[1:])
