"""The server, a process that sends prepared bytes.

It does as little work as possible, so that it is never the bottleneck. A client opens a WebSocket and sends commands
as messages:

    flood SHAPE COUNT    send COUNT blocks of the shape
    sink BYTES           read BYTES bytes, whatever they are, then answer with a message
    count FRAMES         read FRAMES frames, then answer with a message
    echo COUNT BYTES     answer every BYTES bytes with 64 bytes
    rest                 keep the connection open without doing anything

Run as `python -m benchmarks.server CERTIFICATE`: it prints its ports without and with TLS.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import hashlib
import socket
import ssl
import sys
import threading
import zlib
from typing import TYPE_CHECKING

from benchmarks.shapes import block, frame

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["REPLY_SIZE", "main"]

REPLY_SIZE = 64  # bytes of payload in the answer to `echo`

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
_DONE = frame(0x81, b"done")
_REPLY = frame(0x82, bytes(REPLY_SIZE))

# Keeps references to connections that must stay open.
_resting: list[socket.socket] = []


class Session:
    """One connection after its handshake."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray(1 << 20)
        self._inflate = zlib.decompressobj(wbits=-15)
        self._read_size = 0  # how much is read ahead if only frames arrive
        self._ahead, self._at = b"", 0  # and the unused part of it

    def run(self) -> None:
        """Executes commands until the client disconnects."""
        commands: dict[str, Callable[..., bool]] = {
            "flood": self._flood,
            "sink": self._sink,
            "count": self._count,
            "echo": self._echo,
            "rest": self._rest,
        }
        while True:
            name, *arguments = self._next_message().decode().split()
            if not commands[name](*arguments):
                return

    def _flood(self, shape: str, count: str) -> bool:
        data = block(shape).data
        whole = data * max(1, (1 << 20) // len(data))
        times, rest = divmod(int(count), len(whole) // len(data))
        for _ in range(times):
            self._connection.sendall(whole)
        self._connection.sendall(data * rest)
        return True

    def _sink(self, size: str) -> bool:
        left = int(size)
        while left:
            read = self._connection.recv_into(self._buffer, min(left, len(self._buffer)))
            if not read:
                raise EOFError
            left -= read
        self._connection.sendall(_DONE)
        return True

    def _count(self, count: str) -> bool:
        self._read_size = 1 << 16
        for _ in range(int(count)):
            self._next_frame()
        self._read_size = 0
        self._connection.sendall(_DONE)
        return True

    def _echo(self, count: str, size: str) -> bool:
        buffer, wanted = self._buffer, int(size)
        receive, send = self._connection.recv_into, self._connection.sendall
        for _ in range(int(count)):
            left = wanted
            while left:
                read = receive(buffer, left)
                if not read:
                    raise EOFError
                left -= read
            send(_REPLY)
        return True

    def _rest(self) -> bool:
        _resting.append(self._connection)
        return False

    def _next_message(self) -> bytes:
        """Returns the next command; skips control frames."""
        while True:
            opcode, payload = self._next_frame()
            if opcode == 8:
                raise EOFError
            if opcode in (1, 2):
                return payload

    def _next_frame(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(self._exactly(2 if length == 126 else 8), "big")
        key = self._exactly(4)
        payload = self._exactly(length)
        if length > 125 and not first & 0x40:  # not a command: skipped
            return first & 15, payload
        repeated = (key * (length // 4 + 1))[:length]
        plain = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
        if first & 0x40:  # RFC 7692 section 7.2.2; each may refer to earlier ones
            plain = self._inflate.decompress(plain + b"\x00\x00\xff\xff")
        return first & 15, plain

    def _exactly(self, size: int) -> bytes:
        data = self._ahead[self._at : self._at + size]
        self._at += size
        while len(data) < size:
            missing = size - len(data)
            more = self._connection.recv(max(missing, self._read_size))
            if not more:
                raise EOFError
            self._ahead, self._at = more, missing
            data += more[:missing]
        return data


def _accept_handshake(connection: socket.socket) -> str:
    """Answers the opening handshake; returns the path.

    Compression is used if it was requested.
    """
    request = b""
    while b"\r\n\r\n" not in request:
        more = connection.recv(65536)
        if not more:
            raise EOFError
        request += more
    start, *lines = request.split(b"\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    accept = base64.b64encode(hashlib.sha1(headers[b"sec-websocket-key"] + _GUID, usedforsecurity=False).digest())
    path = start.split()[1].decode()
    extension = b"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"
    offers = b"permessage-deflate" in headers.get(b"sec-websocket-extensions", b"")
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n" + (extension if offers else b"") + b"\r\n"
    )
    return path


def _serve_one(connection: socket.socket, context: ssl.SSLContext | None) -> None:
    with contextlib.suppress(EOFError, OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        secured = context.wrap_socket(connection, server_side=True) if context else connection
        path = _accept_handshake(secured)
        if path == "/rest":
            _resting.append(secured)
        else:
            Session(secured).run()


def _serve(listener: socket.socket, context: ssl.SSLContext | None) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve_one, args=(connection, context), daemon=True).start()


def main(certificate: str) -> None:
    """Serves until standard input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for secure in (None, context):
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        print(listener.getsockname()[1], flush=True)
        threading.Thread(target=_serve, args=(listener, secure), daemon=True).start()
    gc.freeze()
    for line in sys.stdin:  # "forget": closes the resting connections
        if line.strip() == "forget":
            while _resting:
                _resting.pop().close()
            print("forgotten", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
