"""Measures what a player is shown when the network fails, and how soon.

It does this with three clients.

    python -m benchmarks.bad_lines     # Linux, as root; creates network namespaces and removes them; 90 s

Each client plays in its own namespace, over a line that `tc` and `ip` break while it plays. It sends and receives
twenty messages a second, with a heartbeat of two seconds. Prints a table.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from websocket import WebSocketApp
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from wsclient import ReconnectPolicy, WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

PORT = 8799
HEARTBEAT = 2.0  # seconds
STEP = 0.05  # seconds between two messages
LONG_HEARTBEAT = 20.0  # for a game with large messages
BIG = 200 * 1024  # bytes in each direction: 26 s on the slow line
SETTLED = 3.0  # seconds of play before a line breaks
PATIENCE = 60.0  # seconds to wait for a client to say something
NAP = 60.0  # seconds

_NOBODY = "02:00:00:00:00:99"


# The clients. Each prints what it would show to its player.


def tell(what: str) -> None:
    """Prints an event and its time."""
    print(json.dumps([time.monotonic(), what]), flush=True)


def heartbeat_of(url: str) -> float:
    """Returns the heartbeat of a scene."""
    return LONG_HEARTBEAT if "big" in url else HEARTBEAT


def message(number: int) -> bytes:
    """Returns the message with this number; one per second is larger."""
    return bytes(100 if number % 20 else 1000)


def play_wsclient(url: str) -> None:
    """Plays with wsclient."""
    client = WebSocketClient()
    client.heartbeat_interval = heartbeat_of(url)
    client.reconnect_policy = ReconnectPolicy()
    client.connection_established.connect(lambda _: tell("open"))
    client.connection_closed.connect(lambda _: tell(f"`connection_closed`: {client.last_error}"))
    client.connection_error.connect(lambda: tell(f"`connection_error`: {client.last_error}"))
    client.connect_to_url(url)
    sent = 0.0
    while True:
        client.poll()
        client.get_packets()
        if client.get_connection_status() == client.CONNECTION_CONNECTED and time.monotonic() - sent > STEP:
            sent = time.monotonic()
            client.put_packet(message(client.get_statistics().messages_sent))
            if "big" in url and client.get_statistics().messages_sent == 1:
                client.put_packet(bytes(BIG))
        time.sleep(1 / 60)


def play_websockets(url: str) -> None:
    """Plays with websockets' blocking client."""
    with connect(
        url, ping_interval=heartbeat_of(url), ping_timeout=heartbeat_of(url), compression=None, max_size=None
    ) as ws:
        tell("open")

        def send() -> None:
            if "big" in url:
                ws.send(bytes(BIG))
            try:
                for number in count(1):
                    ws.send(message(number))
                    time.sleep(STEP)
            except ConnectionClosed:
                return

        threading.Thread(target=send, daemon=True).start()
        try:
            for _ in ws:
                pass
            tell("closed")
        except ConnectionClosed as error:
            tell(f"`{type(error).__name__}`: {error}")


def play_websocket_client(url: str) -> None:
    """Plays with websocket-client.

    Its `ping_timeout` must be shorter than its `ping_interval`.
    """

    def send(app: WebSocketApp) -> None:
        if "big" in url:
            app.send_bytes(bytes(BIG))
        for number in count(1):
            try:
                app.send_bytes(message(number))
            except Exception:  # noqa: BLE001 - `on_error` reports it
                return
            time.sleep(STEP)

    def on_open(app: WebSocketApp) -> None:
        tell("open")
        threading.Thread(target=send, args=[app], daemon=True).start()

    app = WebSocketApp(
        url, on_open=on_open, on_error=lambda _, error: tell(f"`{type(error).__name__}`: {error}"), on_message=ignore
    )
    app.run_forever(ping_interval=heartbeat_of(url), ping_timeout=heartbeat_of(url) * 0.95)


def ignore(_app: WebSocketApp, _message: bytes) -> None:
    """Ignores a message."""


CLIENTS: dict[str, Callable[[str], None]] = {
    "wsclient": play_wsclient,
    "websockets": play_websockets,
    "websocket-client": play_websocket_client,
}


async def serve() -> None:
    """Serves all clients: twenty messages a second, whatever arrives."""

    async def play(connection: ServerConnection) -> None:
        async def read() -> None:
            with contextlib.suppress(ConnectionClosed):
                async for _ in connection:
                    pass

        reading = asyncio.ensure_future(read())
        if connection.request is not None and "big" in connection.request.path:
            await connection.send(bytes(BIG))
        with contextlib.suppress(ConnectionClosed):
            while not reading.done():
                await connection.send(bytes(100))
                await asyncio.sleep(STEP)

    async with listen(play, "0.0.0.0", PORT, ping_interval=None, compression=None, max_size=None):  # noqa: S104 - for the namespaces
        await asyncio.Future()


# The lines


class Line:
    """A namespace for one client, and its line to the server."""

    def __init__(self, number: int) -> None:
        self.name = f"wsclient-{os.getpid()}-{number}"
        self.net = f"10.77.{number}"
        self.near, self.far = f"w{os.getpid()}-{number}a", f"w{os.getpid()}-{number}b"
        _run("ip", "netns", "add", self.name)
        _run("ip", "link", "add", self.far, "type", "veth", "peer", self.near, "netns", self.name)
        _run("ip", "addr", "add", f"{self.net}.1/24", "dev", self.far)
        _run("ip", "link", "set", self.far, "up")
        self.inside("ip", "addr", "add", f"{self.net}.2/24", "dev", self.near)
        self.inside("ip", "link", "set", self.near, "up")

    def inside(self, *command: str) -> None:
        """Runs a command in the client's namespace."""
        _run("ip", "netns", "exec", self.name, *command)

    def lose_all(self) -> None:
        """Loses all packets silently, as behind a router whose cable was pulled."""
        for place, other, device in ((self.inside, 1, self.near), (_run, 2, self.far)):
            place("ip", "neigh", "replace", f"{self.net}.{other}", "lladdr", _NOBODY, "dev", device, "nud", "permanent")

    def lose_large(self) -> None:
        """Loses large packets of the client silently.

        Data after them never arrives, but answers do.
        """
        shape = ("root", "tbf", "rate", "10mbit", "burst", "600", "limit", "30000")
        self.inside("tc", "qdisc", "add", "dev", self.near, *shape)

    def slow_down(self) -> None:
        """Limits both directions to 64 kbit/s."""
        shape = ("root", "tbf", "rate", "64kbit", "burst", "3200", "limit", "30000")
        self.inside("tc", "qdisc", "add", "dev", self.near, *shape)
        _run("tc", "qdisc", "add", "dev", self.far, *shape)

    def change_address(self) -> None:
        """Changes the client's address, as a change of network does."""
        self.inside("ip", "addr", "del", f"{self.net}.2/24", "dev", self.near)
        self.inside("ip", "addr", "add", f"{self.net}.3/24", "dev", self.near)

    def remove(self) -> None:
        """Removes the namespace and the line."""
        _run("ip", "netns", "del", self.name)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _nothing(_line: Line) -> None:
    return


class Scene(NamedTuple):
    """How a line fails, before the client starts and while it plays.

    It also says whether the computer then sleeps.
    """

    name: str
    breaks: Callable[[Line], None]
    before: Callable[[Line], None] = _nothing
    path: str = "play"
    sleeps: bool = False


SCENES = [
    Scene("a cable is pulled", Line.lose_all),
    Scene("upstream loses large packets", Line.lose_large),
    Scene("64 kbit/s both ways", _nothing, Line.slow_down),
    Scene("the same and 200 KiB each way, heartbeat 20 s", _nothing, Line.slow_down, "big"),
    Scene("the computer's address changes", Line.change_address),
    Scene("the computer sleeps for 60 s", _nothing, sleeps=True),
    Scene("the same, and the line is dead then", Line.lose_all, sleeps=True),
]


def play(number: int, scene: Scene, client: str) -> str:
    """Runs one client over one line; returns a cell of the table."""
    line = Line(number)
    try:
        scene.before(line)
        command = ["ip", "netns", "exec", line.name, sys.executable, "-m", "benchmarks.bad_lines"]
        url = f"ws://{line.net}.1:{PORT}/{scene.path}"
        process = subprocess.Popen([*command, "--client", client, url], stdout=subprocess.PIPE, text=True)
        events: list[tuple[float, str]] = []
        reader = threading.Thread(target=_read, args=[process, events], daemon=True)
        reader.start()
        try:
            _wait(lambda: bool(events), PATIENCE)
            time.sleep(SETTLED)
            if scene.sleeps:
                process.send_signal(signal.SIGSTOP)
                time.sleep(NAP / 2)
            scene.breaks(line)
            if scene.sleeps:
                time.sleep(NAP / 2)
                process.send_signal(signal.SIGCONT)
            broken_at = time.monotonic()
            since = len(events)
            _wait(lambda: len(events) > since, PATIENCE)
            if "change" in scene.breaks.__name__ and client == "wsclient":
                _wait(lambda: events[-1][1] == "open" and len(events) > since, 10.0)
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        return _cell(events[since:], broken_at, is_fault=scene.breaks is not _nothing)
    finally:
        line.remove()


def _read(process: subprocess.Popen[str], events: list[tuple[float, str]]) -> None:
    for line in process.stdout or ():
        at, what = json.loads(line)
        events.append((at, what))


def _wait(has_come: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not has_come() and time.monotonic() < deadline:
        time.sleep(0.02)


def _cell(events: list[tuple[float, str]], broken_at: float, *, is_fault: bool) -> str:
    if not events:
        return f"nothing in {PATIENCE:.0f} s" if is_fault else "plays on"
    at, what = events[0]
    again = next((f"; open again after {then - broken_at:.1f} s" for then, told in events if told == "open"), "")
    return f"after {max(at - broken_at, 0.0):.1f} s, {what.partition(';')[0].strip()}{again}"


def main() -> None:
    """Plays all scenes with all clients at once, and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bad_lines", description=__doc__)
    parser.add_argument("--client", nargs=2, metavar=("NAME", "URL"), help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        CLIENTS[options.client[0]](options.client[1])
        return
    if options.serve:
        asyncio.run(serve())
        return
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.bad_lines", "--serve"])
    try:
        time.sleep(1.0)
        with ThreadPoolExecutor(len(SCENES) * len(CLIENTS)) as pool:
            played = [[pool.submit(play, row * len(CLIENTS) + column + 1, scene, client)
                       for column, client in enumerate(CLIENTS)] for row, scene in enumerate(SCENES)]  # fmt: skip
        print(f"| | {' | '.join(CLIENTS)} |\n|---|{'---|' * len(CLIENTS)}")
        for scene, cells in zip(SCENES, played, strict=True):
            print(f"| {scene.name} | {' | '.join(cell.result() for cell in cells)} |")
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
