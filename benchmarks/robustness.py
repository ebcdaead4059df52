"""What a game is told, and how long it stands still, with three clients: `python -m benchmarks.robustness`.

Plays ten scenes with wsclient, websockets (its blocking client) and websocket-client, each in a process of its own,
and writes docs/robustness.md. The game is the same for all: a frame every 16 ms, in which it takes what has come, for
4 ms at most. What each library documents for such a game is used, with its defaults, but for two: all take messages
of 16 MiB, and all give up an attempt after 10 s.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import hostile
from benchmarks.hostile_scenes import SCENES
from benchmarks.hostile_server import HostileServer, pin
from benchmarks.robustness_clients import CLIENTS

if TYPE_CHECKING:
    from benchmarks.robustness_clients import GameClient

__all__ = ["Outcome", "main"]

_ROWS = (
    "slow",
    "silent",
    "refusal",
    "flood",
    "16M-binary",
    "16M-other",
    "pings-and-a-message",
    "deaf",
    "never-closes",
    "hangs-up",
)
_FRAME = 0.016  # seconds
_TAKES = 0.004  # seconds that a frame may take what has come
_PATIENCE = 30.0  # seconds for a row
_SENDS = 32 * 1024 * 1024  # bytes, to a server that does not read; more than systems keep
_PACKET = bytes(64 * 1024)

_ROOT = Path(__file__).parent.parent
_PAGE = _ROOT / "docs" / "robustness.md"


@dataclass
class Outcome:
    """What came of one row.

    Attributes:
        told: what the game learns, in words.
        stands_still: seconds, the longest call.
        seconds: in all.
    """

    told: str = ""
    stands_still: float = 0.0
    seconds: float = 0.0


def main() -> None:
    """Plays all rows, or one for `main` in another process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robustness", description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("ROW", "CLIENT", "URL"), help=argparse.SUPPRESS)
    parser.add_argument("--rows", default="", help=f"some only, printed and not written: of {', '.join(_ROWS)}")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if options.one:
        row, client, url = options.one
        print(json.dumps(asdict(_play(row, CLIENTS[client](), url))), flush=True)
        return
    rows = options.rows.split(",") if options.rows else [*_ROWS]
    lines = _table(rows)
    if options.rows:
        print("\n".join(lines))
    else:
        _PAGE.write_text(_page(lines, hostile.full_table(), hostile.memory_lines()), encoding="utf-8")


def _table(rows: list[str]) -> list[str]:
    lines = ["| The server | " + " | ".join(CLIENTS) + " |", "|---|" + "---|" * len(CLIENTS)]
    with HostileServer() as server:
        pin(is_server=False)  # and so the clients, which are its children
        for row in rows:
            cells = [_cell(_play_elsewhere(row, client, server.url)) for client in CLIENTS]
            lines.append(f"| {SCENES[row].words} | " + " | ".join(cells) + " |")
            print(lines[-1], file=sys.stderr)
    return lines


def _play_elsewhere(row: str, client: str, url: str) -> Outcome:
    command = [sys.executable, "-m", "benchmarks.robustness", "--one", row, client, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdout is not None
        try:
            said, _ = process.communicate(timeout=2 * _PATIENCE)
        finally:
            process.kill()  # where a thread of the library's still waits for the server
    return Outcome(**json.loads(said))


def _cell(outcome: Outcome) -> str:
    still = outcome.stands_still
    shown = f"{still * 1e3:.0f} ms" if still < 1 else f"{still:.1f} s"
    return f"{outcome.told}; stands still for **{shown}**"


def _play(row: str, client: GameClient, url: str) -> Outcome:
    outcome = Outcome()
    started = time.monotonic()

    def timed(call: object, *arguments: object) -> object:
        before = time.perf_counter()
        try:
            return call(*arguments)  # type: ignore[operator]
        finally:
            outcome.stands_still = max(outcome.stands_still, time.perf_counter() - before)

    received = sent = 0
    has_asked_to_close = False
    timed(client.connect, url + row)
    while not client.told and time.monotonic() - started < _PATIENCE:
        time.sleep(_FRAME)
        received += timed(client.take, _TAKES)  # type: ignore[operator]
        if not client.is_open:
            continue
        if row == "deaf":
            for _ in range(16):
                if not client.told and sent < _SENDS:
                    timed(client.send, _PACKET)
                    sent += len(_PACKET)
        elif row == "slow":
            client.told = "open"
        elif row == "never-closes" and not has_asked_to_close:
            has_asked_to_close = True
            timed(client.close)
    outcome.seconds = time.monotonic() - started
    outcome.told = _in_words(row, client.told or f"nothing in {_PATIENCE:.0f} s", received, outcome.seconds)
    return outcome


def _in_words(row: str, told: str, received: int, seconds: float) -> str:
    if row in ("flood", "16M-binary", "16M-other", "pings-and-a-message"):
        count = f"{received:,} message{'s' if received != 1 else ''} in {seconds:.1f} s"
        return f"{count}, {told}"
    return f"{told}, after {seconds:.1f} s"


def _page(comparison: list[str], polls: list[str], memory: list[str]) -> str:
    versions = {name: version(name) for name in ("websockets", "websocket-client")}
    return _TEXT.format(
        date=datetime.now(UTC).date().isoformat(),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        wsclient=version("wsclient"),
        websockets=versions["websockets"],
        websocket_client=versions["websocket-client"],
        comparison="\n".join(comparison),
        polls="\n".join(polls),
        memory="\n".join(memory),
    )


_TEXT = """# Robustness, measured

Written by `python -m benchmarks.robustness` on {date}, with Python {python} on {system}; wsclient {wsclient},
websockets {websockets}, websocket-client {websocket_client}. Server and client are processes of their own, each on a
core of its own of one machine; every figure has the noise of that machine in it.

## The same server, three clients

A game draws a frame every 16 ms; in each it takes what has come, for 4 ms at most. How long it *stands still* is its
longest single call of the library.

{comparison}

How to read this fairly:

- websockets' blocking client and websocket-client are made for programs that have nothing else to do while they wait,
  or that put each connection into a thread. That they wait is not a fault of theirs; a game that uses them needs that
  thread, and then stands still for what the interpreter's lock costs it. websockets has such a thread for receiving
  already, and an asyncio client and a Sans-I/O core besides, which were not asked here.
- Each was used as its documentation says, with its defaults, but for two: all take messages of 16 MiB (websockets
  takes 1 MiB unless told otherwise), and all give up an attempt after 10 s (websocket-client waits for as long as the
  system does, unless it is given a timeout). websocket-client checks text in Python; with `skip_utf8_validation=True`
  it is as quick as with binary messages, and unchecked.
- websocket-client's `recv()` gives a whole message, and waits for it; pings are answered inside of it.
- All three received every message of all ten rows. The rows are about time.

## The longest `poll()`

`python -m benchmarks.hostile`, with the default `poll_budget`: the longest `poll()` of each scene, the median of five
playings; by the clock, which on a busy machine is the machine's doing too, and by the work of the game's thread.

{polls}

## The most memory

{memory}
"""


if __name__ == "__main__":
    main()
