"""Measures the longest `poll()` of a server while a crowd of clients does its worst.

It needs Linux, uses loopback, and stops by itself.

    python -m benchmarks.crowds [SCENE...]

The crowd is another process. What is measured is the processor time of each `poll()`, so that other work of the machine
counts little, with the default `poll_budget` of 4 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from wsclient import PollGroup, WebSocketServer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SCENES", "main"]

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 900  # seconds of it all
SECONDS = 5.0  # of a scene
HZ = 20  # messages a second to everyone
MANY, ONE_AFTER_ANOTHER, SLOW, DEAF = 1000, 10_000, 128, 50  # clients

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
KEY = bytes(4)  # masks with nothing
SHORT = bytes((0x82, 0x80 | 16)) + KEY + bytes(16)
LONG = bytes((0x82, 0xFE, 4, 0)) + KEY + bytes(1024)


def _connected(address: tuple[str, int]) -> socket.socket:
    client = socket.create_connection(address)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(REQUEST)
    reply = b""
    while not reply.endswith(b"\r\n\r\n"):
        reply += client.recv(4096)
    return client


def _silent(address: tuple[str, int]) -> str:
    """Opens many connections, which then do nothing."""
    clients = [_connected(address) for _ in range(MANY)]
    time.sleep(SECONDS)
    return f"{len(clients)} clients"


def _reading(address: tuple[str, int]) -> str:
    """Reads with many connections what is sent to all."""
    by_number = {client.fileno(): client for client in (_connected(address) for _ in range(MANY))}
    read, end = 0, time.monotonic() + SECONDS
    with select.epoll() as ready:
        for number in by_number:
            ready.register(number, select.EPOLLIN)
        while time.monotonic() < end:
            for number, _ in ready.poll(0.1):
                read += len(by_number[number].recv(65536))
    return f"{len(by_number)} clients, {read // 102:,} messages"


def _deaf(address: tuple[str, int]) -> str:
    """Sends without a pause, and never reads the echo."""
    clients = [_connected(address) for _ in range(DEAF)]
    sent, end = 0, time.monotonic() + SECONDS
    for client in clients:
        client.setblocking(False)
    while time.monotonic() < end:
        for client in clients:
            with contextlib.suppress(BlockingIOError):
                sent += client.send(LONG)
    return f"{len(clients)} clients, {sent / 1e6:.0f} MB sent"


def _slow(address: tuple[str, int]) -> str:
    """Sends requests byte by byte."""
    begun, end = 0, time.monotonic() + SECONDS
    clients: dict[int, tuple[socket.socket, int]] = {}
    while time.monotonic() < end:
        while len(clients) < SLOW:
            client = socket.create_connection(address)
            clients[client.fileno()] = client, 0
            begun += 1
        for number, (client, done) in list(clients.items()):
            try:
                client.sendall(REQUEST[done : done + 1])
            except OSError:
                del clients[number]
                continue
            clients[number] = client, (done + 1) % (len(REQUEST) - 1)
        time.sleep(0.005)
    return f"{begun} requests begun"


def _knocking(address: tuple[str, int]) -> str:
    """Connects and breaks off as often as possible."""
    count, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        clients = [_connected(address) for _ in range(20)]
        for client in clients:
            client.close()
        count += len(clients)
    return f"{count / SECONDS:,.0f} handshakes a second"


def _passing(address: tuple[str, int]) -> str:
    """Connects, gets one echo and closes properly, one after another."""
    began = time.monotonic()
    for _ in range(ONE_AFTER_ANOTHER):
        with _connected(address) as client:
            client.sendall(SHORT)
            assert client.recv(100) == b"\x82\x10" + bytes(16)
            client.sendall(b"\x88\x80" + KEY)
            assert client.recv(100) == b"\x88\x00"
            assert client.recv(100) == b""
    return f"{ONE_AFTER_ANOTHER:,} connections in {time.monotonic() - began:.1f} s"


SCENES: dict[str, Callable[[tuple[str, int]], str]] = {
    "silent": _silent,
    "reading": _reading,
    "deaf": _deaf,
    "slow": _slow,
    "knocking": _knocking,
    "passing": _passing,
}


class Stopwatch:
    """Measures the processor time of calls.

    Those with a full garbage collection, whose time depends on the whole program, are kept apart.
    """

    def __init__(self) -> None:
        self._taken: list[float] = []
        self._collecting: list[float] = []
        self._has_collected = False
        gc.callbacks.append(self._note)

    def measure(self, call: Callable[[], object]) -> None:
        self._has_collected = False
        began = time.thread_time()
        call()
        taken = time.thread_time() - began
        (self._collecting if self._has_collected else self._taken).append(taken)

    def close(self) -> None:
        gc.callbacks.remove(self._note)

    def __str__(self) -> str:
        taken = sorted(self._taken)
        collecting = f"; {max(self._collecting) * 1e3:.1f} with a full collection" if self._collecting else ""
        return f"{taken[-1] * 1e3:.1f} ms, one in 1,000 above {taken[-len(taken) // 1000 - 1] * 1e3:.1f}{collecting}"

    def _note(self, phase: str, info: dict[str, int]) -> None:
        self._has_collected |= phase == "start" and info["generation"] == 2


def _play(scene: str) -> str:
    """Serves one crowd until it has ended. Returns what happened."""
    server = _server()
    server.data_received.connect(lambda client_id: _echo(server, client_id))
    command = [sys.executable, "-m", "benchmarks.crowds", "--at", str(server.get_local_port()), scene]
    group, polls, broadcasts = PollGroup([server]), Stopwatch(), Stopwatch()
    before, first, count = _memory(), time.process_time(), 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as crowd:
        due = time.monotonic()
        while crowd.poll() is None:
            group.wait(0.005)
            if scene == "reading" and time.monotonic() >= due and len(server.get_peers()) == MANY:
                due, count = time.monotonic() + 1 / HZ, count + 1
                broadcasts.measure(lambda: server.put_packet(bytes(100)))
            polls.measure(group.poll)
        assert crowd.stdout is not None
        told = crowd.stdout.read().strip()
    used, more = time.process_time() - first, _memory() - before
    for stopwatch in (polls, broadcasts):
        stopwatch.close()
    with server:
        pass
    calls = f"; put_packet() {broadcasts}" if count else ""
    return f"{scene}: {told}\n    longest poll() {polls}{calls}; {used:.1f} s of processor time, {more / 1e6:+.0f} MB"


def _server() -> WebSocketServer:
    server = WebSocketServer()
    server.bind_ip, server.max_clients = "127.0.0.1", 0
    if server.listen(0):
        raise SystemExit(str(server.last_error))
    return server


def _echo(server: WebSocketServer, client_id: int) -> None:
    peer = server.get_peer(client_id)
    if peer is not None:
        peer.put_packet(peer.get_packet())


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowds", description=__doc__.partition("\n")[0])
    parser.add_argument("scenes", nargs="*", default=list(SCENES), metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--at", type=int, help=argparse.SUPPRESS)  # the port, for the crowd itself
    options = parser.parse_args()
    signal.alarm(LONGEST)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for scene in options.scenes:
        print(SCENES[scene](("127.0.0.1", options.at)) if options.at else _play(scene), flush=True)


if __name__ == "__main__":
    main()
