"""Compares a `PollGroup` of thousands of clients with event loops.

It needs Linux, runs on loopback, and stops by itself.

    python -m benchmarks.groups [--old FOLDER]

Each measurement has its own process, and another for its server. `--old` is the source of an older wsclient, whose
clients are polled one by one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from wsclient import PollGroup

__all__ = ["main"]

FRAME = 1 / 60  # seconds
SECONDS = 5.0  # for each measurement
LONGEST = 150  # seconds of one process
AT_ONCE = 50  # connections being opened, so that the server's backlog is never full
ROOT = Path(__file__).resolve().parents[1]

RUNS = [
    ("wsclient group", "idle", 1000),
    ("wsclient singly", "idle", 1000),
    ("picows", "idle", 1000),
    ("websockets", "idle", 1000),
    ("wsclient group", "idle", 10_000),
    ("picows", "idle", 10_000),
    ("websockets", "idle", 10_000),
    ("wsclient group", "active", 1000),
    ("picows", "active", 1000),
    ("aiohttp", "active", 1000),
    ("websockets", "active", 1000),
    ("wsclient group", "wait", 200),
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.groups", description=__doc__.partition("\n")[0])
    parser.add_argument("--old", help="the source of an older wsclient, whose clients are polled one by one")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--server", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    signal.alarm(LONGEST)
    if options.server:
        asyncio.run(serve())
    elif options.worker:
        name, work, count, port = options.worker
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        print(json.dumps(CLIENTS[name](work, int(count), f"ws://127.0.0.1:{port}/{work}")))
    else:
        signal.alarm(0)
        for run in RUNS:
            if run[0] != "wsclient singly" or options.old:
                print(*run, measured(*run, options.old), flush=True)


def measured(name: str, work: str, count: int, old: str | None) -> dict[str, float]:
    """Returns the results printed by one process."""
    command = [sys.executable, str(Path(__file__).resolve())]
    here = os.environ | {"PYTHONPATH": str(ROOT)}
    there = here | ({"PYTHONPATH": old} if old and name == "wsclient singly" else {})
    with subprocess.Popen([*command, "--server"], env=here, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            worker = [*command, "--worker", name, work, str(count), port]
            done = subprocess.run(worker, env=there, capture_output=True, text=True, check=True)
        finally:
            server.terminate()
    return {key: round(value, 3) for key, value in json.loads(done.stdout).items()}


async def serve() -> None:
    """Echoes messages.

    In each frame, it sends a message to one in a hundred of the clients at /active.
    """
    import picows  # noqa: PLC0415 - only this process needs it

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    active: list[picows.WSTransport] = []

    class Listener(picows.WSListener):
        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            if transport.request.path == b"/active":
                active.append(transport)

        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            if frame.msg_type == picows.WSMsgType.CLOSE:
                transport.send_close()
                transport.disconnect()
            else:
                transport.send(frame.msg_type, frame.get_payload_as_bytes())

    server = await picows.ws_create_server(lambda _request: Listener(), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    phase = 0
    while True:
        await asyncio.sleep(FRAME)
        phase += 1
        for transport in active[phase % 100 :: 100]:
            transport.send(picows.WSMsgType.BINARY, bytes(64))


def resident() -> float:
    """Returns the memory of this process, in KiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024


def at_60_hz(step: Callable[[], object]) -> float:
    """Returns how much of a core this process uses for 60 steps a second, in percent."""
    start, used = time.monotonic(), time.process_time()
    for frame in range(int(SECONDS / FRAME)):
        step()
        time.sleep(max(start + (frame + 1) * FRAME - time.monotonic(), 0.0))
    return 100 * (time.process_time() - used) / (time.monotonic() - start)


def hot(step: Callable[[], object]) -> float:
    """Returns the shortest of many sweeps, in microseconds."""
    least = float("inf")
    for _ in range(200):
        start = time.perf_counter()
        step()
        least = min(least, time.perf_counter() - start)
    return least * 1e6


def held_by_us(poll: Callable[[list[Any]], object], add: Callable[[Any], object], count: int, url: str) -> list[Any]:
    from wsclient import WebSocketClient  # noqa: PLC0415 - each process has one of them

    clients: list[Any] = []
    while len(clients) < count:
        for _ in range(AT_ONCE):
            client = WebSocketClient()
            client.data_received.connect(client.get_packet)
            client.connect_to_url(url)
            clients.append(client)
            add(client)
        while any(client.get_connection_status() != client.CONNECTION_CONNECTED for client in clients[-AT_ONCE:]):
            poll(clients[-AT_ONCE:])
    return clients


def in_a_group(work: str, count: int, url: str) -> dict[str, float]:
    from wsclient import PollGroup  # noqa: PLC0415 - older versions do not have it

    before = resident()
    group = PollGroup()
    clients = held_by_us(lambda _: group.poll(), group.add, count, url)
    told = {"KiB a client": (resident() - before) / count}
    if work == "wait":
        told = {"median ms": median_round_trip(group, clients)}
    else:
        told |= {"% of a core": at_60_hz(group.poll)}
        if work == "idle":
            told |= {"sweep us": hot(group.poll)}
    leave(clients)
    return told


def median_round_trip(group: PollGroup, clients: list[Any]) -> float:
    """Returns the median round trip in milliseconds.

    The messages of the clients are spread over time.
    """
    times: list[float] = []
    sent: dict[int, float] = {}
    for number, client in enumerate(clients):
        client.data_received.connect(partial(lambda number: times.append(time.monotonic() - sent[number]), number))
    start = time.monotonic()
    pause = 1 / (2 * len(clients))  # two messages a second and client
    for turn in range(int(SECONDS / pause)):
        due = start + turn * pause
        while (left := due - time.monotonic()) > 0:
            group.wait(left)
            group.poll()
        sent[turn % len(clients)] = time.monotonic()
        clients[turn % len(clients)].put_packet(bytes(64))
    return statistics.median(times) * 1e3


def singly(_work: str, count: int, url: str) -> dict[str, float]:
    before = resident()
    clients = held_by_us(lambda newest: [client.poll() for client in newest], lambda _: None, count, url)
    memory = (resident() - before) / count

    def sweep() -> None:
        for client in clients:
            client.poll()

    told = {"KiB a client": memory, "% of a core": at_60_hz(sweep), "sweep us": hot(sweep)}
    leave(clients)
    return told


def leave(clients: list[Any]) -> None:
    for client in clients:
        client.disconnect_from_host()


async def alongside(open_one: Callable[[str], Any], count: int, url: str) -> dict[str, float]:
    """Returns what an event loop uses with this many clients, as in a game.

    The game is a timer of 60 Hz.
    """
    before, held = resident(), []
    while len(held) < count:
        held += await asyncio.gather(*(open_one(url) for _ in range(AT_ONCE)))
    memory = (resident() - before) / count
    start, used = time.monotonic(), time.process_time()
    for frame in range(int(SECONDS / FRAME)):
        await asyncio.sleep(max(start + (frame + 1) * FRAME - time.monotonic(), 0.0))
    share = 100 * (time.process_time() - used) / (time.monotonic() - start)
    return {"KiB a client": memory, "% of a core": share}


async def with_picows(count: int, url: str) -> dict[str, float]:
    import picows  # noqa: PLC0415 - each in its own process

    class Listener(picows.WSListener):
        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            frame.get_payload_as_bytes()

    return await alongside(partial(picows.ws_connect, Listener), count, url)


async def with_websockets(count: int, url: str) -> dict[str, float]:
    from websockets.asyncio.client import connect  # noqa: PLC0415 - as above

    readers = []

    async def read(connection: AsyncIterable[object]) -> None:
        async for _ in connection:
            pass

    async def open_one(url: str) -> object:
        connection = await connect(url, compression=None, ping_interval=None)
        readers.append(asyncio.create_task(read(connection)))
        return connection

    return await alongside(open_one, count, url)


async def with_aiohttp(count: int, url: str) -> dict[str, float]:
    import aiohttp  # noqa: PLC0415 - as above

    readers = []

    async def read(connection: AsyncIterable[object]) -> None:
        async for _ in connection:
            pass

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def open_one(url: str) -> object:
            connection = await session.ws_connect(url)
            readers.append(asyncio.create_task(read(connection)))
            return connection

        return await alongside(open_one, count, url)


def looped(work: Callable[[int, str], Any], _work: str, count: int, url: str) -> dict[str, float]:
    async def run() -> dict[str, float]:
        told: dict[str, float] = await work(count, url)
        print(json.dumps(told), flush=True)
        os._exit(0)  # skip closing a thousand connections, which is not measured

    return asyncio.run(run())


CLIENTS: dict[str, Callable[[str, int, str], dict[str, float]]] = {
    "wsclient group": in_a_group,
    "wsclient singly": singly,
    "picows": partial(looped, with_picows),
    "websockets": partial(looped, with_websockets),
    "aiohttp": partial(looped, with_aiohttp),
}

if __name__ == "__main__":
    main()
