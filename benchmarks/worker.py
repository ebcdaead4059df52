"""The process of one client: waits for work, does it, and reports its cost.

Run as `python -m benchmarks.worker NAME PORT SECURE_PORT AUTHORITY`; see `benchmarks.pool`, which talks to it.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import ssl
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.clients.base import Client, NotOffered
from benchmarks.shapes import block

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CLIENTS", "FIRST_CLIENTS", "main"]

#: The number of clients opened before memory is measured, because only the first ones need some of it.
FIRST_CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """The module of a client, and what it needs.

    Attributes:
        place: its module and class.
        first: a module that is imported before.
        distribution: the distribution whose version is reported, or None.
        is_compiled: whether it uses the compiled build, which is created first.
    """

    place: str
    distribution: str | None
    first: str | None = None
    is_compiled: bool = False


CLIENTS = {
    "bare system calls": Entry("limit:Bare", None),
    "wsclient": Entry("ours:Ours", None),
    "wsclient, get_packets()": Entry("ours:InBatches", None),
    "wsclient, by signal": Entry("ours:BySignal", None),
    "wsclient, messages_available": Entry("ours:ByAvailable", None),
    "wsclient, with numpy": Entry("ours:Ours", None, first="numpy"),
    "compiled": Entry("ours:Ours", None, is_compiled=True),
    "compiled, get_packets()": Entry("ours:InBatches", None, is_compiled=True),
    "compiled, by signal": Entry("ours:BySignal", None, is_compiled=True),
    "compiled, messages_available": Entry("ours:ByAvailable", None, is_compiled=True),
    "picows": Entry("picows_client:Picows", "picows"),
    "aiohttp": Entry("aiohttp_client:Aiohttp", "aiohttp"),
    "websockets asyncio": Entry("websockets_asyncio:WebsocketsAsyncio", "websockets"),
    "picows, on uvloop": Entry("picows_client:Picows", None, first="uvloop"),
    "aiohttp, on uvloop": Entry("aiohttp_client:Aiohttp", None, first="uvloop"),
    "websockets asyncio, on uvloop": Entry("websockets_asyncio:WebsocketsAsyncio", "uvloop", first="uvloop"),
    "websockets sync": Entry("websockets_blocking:WebsocketsBlocking", "websockets"),
    "websockets Sans-I/O": Entry("websockets_sans_io:WebsocketsSansIo", "websockets"),
    "Godot": Entry("godot_client:Godot", None),
}


class Worker:
    """One client and its connections: plain and TLS, with and without compression."""

    def __init__(self, new: Callable[[], Client], ports: dict[bool, int]) -> None:
        self._new = new
        self._ports = ports
        self._clients: dict[tuple[bool, bool], Client] = {}
        self._many: Client | None = None
        self._held: list[Client] = []
        self._before = 0

    def measure(self, kind: str, count: int, *, secure: bool = False, **options: object) -> dict[str, float]:
        """Does the work of the method with this name.

        The result is divided by `count`.
        """
        gc.collect()
        timed: tuple[float, float] | None = getattr(self, f"_{kind}")(count, secure, **options)
        if timed is None:
            timed = (self._wall, self._cpu)
        return {"wall": timed[0], "cpu": timed[1], "count": count}

    def _run(self, client: Client, work: Callable[[], object]) -> None:
        start, worked = time.perf_counter(), client.processor_time()
        work()
        self._cpu, self._wall = client.processor_time() - worked, time.perf_counter() - start

    def _receive(self, count: int, secure: bool, *, shape: str, compression: bool = False) -> None:
        client = self._connected(secure, compression=compression)
        each = block(shape).count
        assert count % each == 0, (count, each)

        def work() -> None:
            client.command(f"flood {shape} {count // each}")
            client.receive(count)

        self._run(client, work)

    def _send(self, count: int, secure: bool, *, payload: str, batch: int, compression: bool = False) -> None:
        data = _payload(payload)
        client = self._connected(secure, compression=compression)
        head = 6 if len(data) < 126 else 8 if len(data) < 65536 else 14
        # The size of compressed data is not known in advance.
        client.command(f"count {count}" if compression else f"sink {count * (head + len(data))}")
        self._run(client, lambda: client.send(data, count, batch))

    def _echo(self, count: int, secure: bool) -> tuple[float, float]:
        client = self._connected(secure)
        client.command(f"echo {count} {6 + 64}")
        took: list[float] = []
        self._run(client, lambda: took.extend(client.echo(bytes(64), count)))
        # The median round trip, which is usually undisturbed, times their number.
        return sorted(took)[len(took) // 2] * count, self._cpu

    def _idle(self, count: int, secure: bool, *, inside: bool = False) -> None:
        client = self._connected(secure)
        self._run(client, lambda: client.idle(count, inside=inside))

    def _connect(self, count: int, secure: bool, *, busy: bool = False) -> None:
        client = self._new()
        url = self._url(secure, "/rest")
        self._run(client, lambda: client.connect(url, count, busy=busy))

    def _longest(self, count: int, secure: bool, *, shape: str, budget: float) -> tuple[float, float]:
        client = self._connected(secure)
        client.command(f"flood {shape} {count // block(shape).count}")
        longest, worked = client.longest_poll(count, budget)
        return longest * count, worked * count

    def _open_many(self, count: int, secure: bool) -> tuple[float, float]:
        """Returns bytes of memory instead of seconds."""
        self._many = self._new()
        self._many.open_many(self._url(secure, "/rest"), FIRST_CLIENTS)
        gc.collect()
        before = _resident(self._many.process)
        self._many.open_many(self._url(secure, "/rest"), count)
        gc.collect()
        grown = _resident(self._many.process) - before
        return grown, grown

    def _hold(self, count: int, secure: bool, *, state: str) -> tuple[float, float]:
        """Opens clients, or changes the state of the open ones.

        Returns bytes instead of seconds.
        """
        if state == "idle":
            self._held += [self._opened(secure) for _ in range(FIRST_CLIENTS)]
            for client in self._held:
                _play(client)
            self._before = _settled()
            self._held = self._held + [self._opened(secure) for _ in range(count)]
        elif state == "play":
            for client in self._held[FIRST_CLIENTS:]:
                _play(client)
        else:
            for client in self._held[FIRST_CLIENTS:]:
                client.command("flood binary-64 16")
                client.fill()
        grown = _settled() - self._before
        return grown, grown

    def _opened(self, secure: bool) -> Client:
        client = self._new()
        client.open(self._url(secure))
        return client

    def _idle_many(self, count: int, _secure: bool, *, pause: float = 0.0) -> None:
        assert self._many is not None
        many = self._many
        many.look_at_all()  # the first sweep after a while has more to do, which the frames share
        self._run(many, lambda: many.idle_many(count, pause=pause))

    def _more(self, count: int, secure: bool, *, work: str) -> tuple[float, float] | None:
        client = self._connected(secure)
        told: list[float | None] = []
        self._run(client, lambda: told.append(client.more(work, count)))
        return None if told[0] is None else (told[0], told[0])

    def _connected(self, secure: bool, *, compression: bool = False) -> Client:
        key = secure, compression
        if key not in self._clients:
            client = self._new()
            client.open(self._url(secure), compression=compression)
            self._clients[key] = client
        return self._clients[key]

    def _url(self, secure: bool, path: str = "/") -> str:
        return f"{'wss' if secure else 'ws'}://127.0.0.1:{self._ports[secure]}{path}"


def _play(client: Client) -> None:
    """Receives and sends as in a few seconds of a game."""
    count = block("play").count
    client.command("flood play 1")
    client.receive(count)
    client.command(f"sink {count * (6 + 64)}")
    client.send(bytes(64), count, 16)


def _settled() -> int:
    gc.collect()
    return _resident(os.getpid())


def _payload(name: str) -> bytes:
    if name == "compressible":
        return importlib.import_module("benchmarks.shapes").COMPRESSIBLE
    return bytes(i * 7 % 251 for i in range(min(int(name), 4096))) * max(1, int(name) // 4096)


def _resident(process: int) -> int:
    """Returns the memory of a process in bytes.

    Returns 0 if the system does not report it.
    """
    try:
        with open(f"/proc/{process}/statm", encoding="ascii") as file:  # noqa: PTH123 - faster
            return int(file.read().split()[1]) * 4096
    except OSError:
        return 0


def _maker(name: str, authority: str) -> Callable[[], Client]:
    entry = CLIENTS[name]
    if entry.first:
        importlib.import_module(entry.first)
    module, _, kind = entry.place.partition(":")
    make = getattr(importlib.import_module(f"benchmarks.clients.{module}"), kind)
    context = ssl.create_default_context(cafile=authority)
    return lambda: make(context)


def main(name: str, port: str, secure_port: str, authority: str) -> None:
    """Reads work from standard input, line by line, until it ends."""
    logging.disable(logging.CRITICAL)
    try:
        make = _maker(name, authority)
    except ModuleNotFoundError as error:
        sys.exit(f"{name} is not measured: {error}")
    worker = Worker(make, {False: int(port), True: int(secure_port)})
    gc.freeze()
    print("{}", flush=True)
    for line in sys.stdin:
        try:
            answer: dict[str, Any] = worker.measure(**json.loads(line))
        except (NotOffered, NotImplementedError):
            answer = {"missing": True}
        except Exception as error:  # noqa: BLE001 - reported to the pool
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
