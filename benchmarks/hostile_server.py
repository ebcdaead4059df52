"""A server that plays a scene in a separate process, and prints its port."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

from benchmarks.hostile_scenes import SCENES, Scene

__all__ = ["HostileServer", "main", "pin"]

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
_RESTS = 60  # seconds before it closes the connection in any case
_CLOSE = bytes.fromhex("8802 03e8")
_ROOT = Path(__file__).parent.parent


class HostileServer:
    """The server's process, for use in a `with` statement.

    Attributes:
        url: the server's URL, to which a scene's name is appended.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
        )
        assert self._process.stdout is not None
        self.url = f"ws://127.0.0.1:{self._process.stdout.readline().strip()}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # it ends when its input ends


def pin(*, is_server: bool) -> None:
    """Pins this process to one core, and the other side to another.

    Does nothing if the system does not allow it.
    """
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[-1:] if is_server else cores[:-1] or cores)


def main() -> None:
    """Serves until standard input ends."""
    pin(is_server=True)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        print(listener.getsockname()[1], flush=True)
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        sys.stdin.read()


def _accept(listener: socket.socket) -> None:
    while True:
        connected, _ = listener.accept()
        threading.Thread(target=_serve, args=(connected,), daemon=True).start()


def _serve(connected: socket.socket) -> None:
    with connected, contextlib.suppress(OSError):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = b""
        while b"\r\n\r\n" not in request:
            request += connected.recv(65536)
        scene = SCENES[request.split(b" ", 2)[1].decode().lstrip("/")]
        connected.sendall(scene.head() if scene.head else _agreement(request, scene))
        if not scene.is_deaf:
            threading.Thread(target=_hear, args=(connected,), daemon=True).start()
        for piece in scene.stream():
            connected.sendall(piece)
            if scene.pause:
                time.sleep(scene.pause)
        if not (scene.head or scene.is_deaf):
            connected.sendall(_CLOSE)
        time.sleep(_RESTS)


def _hear(connected: socket.socket) -> None:
    """Reads until the client disconnects or sends a Close, and then closes.

    See RFC 6455 section 7.1.1.
    """
    with contextlib.suppress(OSError):
        unread = b""
        while data := connected.recv(65536):
            unread, has_closed = _skip_frames(unread + data)
            if has_closed:
                break
        connected.shutdown(socket.SHUT_RDWR)


def _skip_frames(data: bytes) -> tuple[bytes, bool]:
    """Returns the bytes after the last complete frame.

    Also returns whether one of the frames was a Close.
    """
    start, has_closed = 0, False
    while start + 14 <= len(data) or (start + 6 <= len(data) and data[start + 1] & 127 < 126):
        short = data[start + 1] & 127
        size_of_length = {126: 2, 127: 8}.get(short, 0)
        length = int.from_bytes(data[start + 2 : start + 2 + size_of_length], "big") if size_of_length else short
        end = start + 2 + size_of_length + 4 + length
        if end > len(data):
            break
        has_closed = has_closed or data[start] & 15 == 8
        start = end
    return data[start:], has_closed


def _agreement(request: bytes, scene: Scene) -> bytes:
    key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    extension = b"Sec-WebSocket-Extensions: permessage-deflate\r\n" if scene.is_compressed else b""
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + extension
        + b"Sec-WebSocket-Accept: "
        + accept
        + b"\r\n\r\n"
    )


if __name__ == "__main__":
    main()
