"""Compares servers by an echo, a message to all, and the cost of a client.

It needs Linux, uses loopback, and stops by itself.

    python -m benchmarks.hosting [--rounds 5] [--only echo,broadcast] [--old FOLDER]

Each server has its own process, and all of them take turns. What is measured is the processor time of the server, so
that other work of the machine counts little. `--old` is the source of an older wsclient, measured as one more.
"""

from __future__ import annotations

import argparse
import base64
import os
import resource
import select
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from benchmarks.compiled import compiled_variables
from benchmarks.hosts import HOSTS, STATE
from benchmarks.shapes import frame

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 900  # seconds of it all
OLD = "wsclient, old"
MASKED = 0x80
KEY = bytes(4)  # masks with nothing, which costs a server as much as any other key

SIZE = 64  # bytes of an echoed message
ECHOING, ECHOES = 100, 200  # clients, and round trips of each in a turn
HEARING, TOLD = 1000, 20  # clients, and messages to all in a turn


class Host:
    """The process of a server, and open connections to it."""

    def __init__(self, name: str, variables: dict[str, str]) -> None:
        command = [sys.executable, "-P", str(ROOT / "benchmarks" / "hosts.py"), "wsclient" if name == OLD else name]
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
        self._process = subprocess.Popen(command, env=environment, cwd="/", stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._address = ("127.0.0.1", int(self._process.stdout.readline()))
        self._clock = (~self._process.pid << 3) | 2  # as clock_getcpuclockid(3) computes it
        self.clients: list[socket.socket] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()
        for client in self.clients:
            client.close()

    def used(self) -> float:
        """Returns the processor time of the server so far, in seconds."""
        return time.clock_gettime(self._clock)

    def memory(self) -> float:
        """Returns the memory of the server, in KiB."""
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1024

    def has(self, count: int) -> None:
        """Opens or closes connections until there are so many."""
        while len(self.clients) > count:
            self.clients.pop().close()
        while len(self.clients) < count:
            self.clients.append(_connected(self._address))


def _connected(address: tuple[str, int]) -> socket.socket:
    client = socket.create_connection(address)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(
        f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    reply = b""
    while not reply.endswith(b"\r\n\r\n"):
        reply += client.recv(4096)
    assert reply.startswith(b"HTTP/1.1 101"), reply
    return client


def _masked(payload: bytes) -> bytes:
    return bytes((0x82, MASKED | len(payload))) + KEY + payload


def echo(host: Host) -> float:
    """Returns the microseconds of an echo to one of 100 clients.

    Each of them has one echo in progress.
    """
    host.has(ECHOING)
    message, size = _masked(bytes(SIZE)), SIZE + 2
    left = dict.fromkeys((client.fileno() for client in host.clients), ECHOES)
    by_number = {client.fileno(): client for client in host.clients}
    before = host.used()
    with select.epoll() as ready:
        for client in host.clients:
            ready.register(client.fileno(), select.EPOLLIN)
            client.send(message)
        while left:
            for number, _ in ready.poll():
                assert len(by_number[number].recv(4096)) == size
                left[number] -= 1
                if left[number]:
                    by_number[number].send(message)
                else:
                    del left[number]
    return (host.used() - before) / (ECHOING * ECHOES) * 1e6


def broadcast(host: Host) -> float:
    """Returns the microseconds of a message of 100 bytes to one of 1,000 clients."""
    host.has(HEARING)
    ask, answer = _masked(b"x"), frame(0x82, STATE)
    before = host.used()
    for _ in range(TOLD):
        host.clients[0].send(ask)
        for client in host.clients:
            assert client.recv(4096) == answer
    return (host.used() - before) / (HEARING * TOLD) * 1e6


def memory(host: Host) -> float:
    """Returns the KiB of memory of one of 1,000 clients that have done nothing yet."""
    before = host.memory()
    host.has(HEARING)
    return (host.memory() - before) / HEARING


def connect(host: Host) -> float:
    """Returns the microseconds of a client that connects and then breaks off."""
    host.has(0)
    before = host.used()
    for _ in range(5):
        host.has(100)
        host.has(0)
    return (host.used() - before) / 500 * 1e6


WORKS: dict[str, tuple[str, Callable[[Host], float]]] = {
    "memory": ("memory of an idle client, KiB", memory),
    "connect": ("a client that connects and leaves, us", connect),
    "echo": ("an echo of 64 B, 100 clients, us", echo),
    "broadcast": ("100 B to each of 1,000 clients, us", broadcast),
}
ONCE = {"memory"}  # what a second turn would not measure again


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hosting", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="the number of turns of each server")
    parser.add_argument("--only", default=",".join(WORKS), help="works, separated by commas")
    parser.add_argument("--hosts", default=";".join(HOSTS), help="servers, separated by semicolons")
    parser.add_argument("--old", help="the source of an older wsclient")
    options = parser.parse_args()
    signal.alarm(LONGEST)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    names = options.hosts.split(";") + ([OLD] if options.old else [])
    for work in options.only.split(","):
        title, figures = WORKS[work][0], _measured(work, names, 1 if work in ONCE else options.rounds, options.old)
        print(f"\n{title}")
        reference = statistics.median(figures["websockets"]) if "websockets" in figures else 0.0
        for name, values in figures.items():
            middle = statistics.median(values)
            ratio = f"{reference / middle:6.2f} x websockets" if reference else ""
            print(f"  {name:20}{middle:9.2f}   {min(values):.2f}-{max(values):.2f} {ratio}", flush=True)


def _measured(work: str, names: list[str], rounds: int, old: str | None) -> dict[str, list[float]]:
    """Returns the results of each turn, by server."""
    figures: dict[str, list[float]] = {name: [] for name in names}
    hosts = {name: Host(name, _variables(name, old)) for name in names}
    try:
        for _ in range(rounds):
            for name, host in hosts.items():
                figures[name].append(WORKS[work][1](host))
    finally:
        for host in hosts.values():
            host.__exit__()
    return figures


def _variables(name: str, old: str | None) -> dict[str, str]:
    if name == OLD:
        return {"PYTHONPATH": os.pathsep.join((old or "", str(ROOT)))}
    return compiled_variables() if name.endswith("compiled") else {}


if __name__ == "__main__":
    main()
