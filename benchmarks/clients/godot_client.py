"""Godot 3's own WebSocketClient.

The engine does the work in GDScript, and its process is measured.
"""

from __future__ import annotations

import functools
import shutil
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clients.base import LIMIT, Client, NotOffered
from benchmarks.engine import PROGRAM, Engine
from benchmarks.shapes import block

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Godot"]

_SCRIPT = Path(__file__).parent.parent / "godot" / "client.gd"

# KiB and packets, in and out. Data that does not fit into the first two is lost, because one poll() reads everything,
# whatever the size of the buffers. The small buffers stay in the processor's caches.
_SMALL = (4096, 16384, 4096, 4096)
_LARGE = (65536, 65536, 65536, 4096)

# The number requested at once, if one block is not larger.
_PORTION_BYTES = 1 << 20
_PORTION_MESSAGES = 8192


class Godot(Client):
    """`poll()`, then `get_packet()` for each packet.

    Text is read with `get_string_from_utf8()`.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self._engine = _engine()
        self.process = self._engine.process
        self._flood = ""
        self._url = ""
        if context.get_ca_certs():
            self._trust(context)

    def open(self, url: str, *, compression: bool = False) -> None:
        if compression:
            raise NotOffered
        self._url = url.replace("127.0.0.1", "localhost")  # its TLS accepts only names
        for size in (0, LIMIT):
            self._ask("open", self._connection(size), self._url, list(_buffers(size)))

    def close(self) -> None:
        raise NotOffered

    def command(self, text: str) -> None:
        self._flood = text  # sent when the work starts

    def receive(self, count: int) -> None:
        name, shape, _ = self._flood.split()
        messages = block(shape)
        size = len(messages.data)
        blocks = count // messages.count
        portion = max(1, min(blocks, _PORTION_BYTES // size, _PORTION_MESSAGES // messages.count))
        is_text = any(kind in shape for kind in ("json", "text", "mixed", "umlauts"))
        for times, each in ((blocks // portion, portion), (1, blocks % portion)):
            if times and each:
                connection = self._connection(size)
                self._ask("receive", connection, f"{name} {shape} {each}", times, each * messages.count, is_text)

    def send(self, payload: bytes, count: int, batch: int) -> None:
        connection = self._connection(len(payload))
        self._ask("command", connection, self._flood)
        self._ask("send", connection, len(payload), count)

    def echo(self, payload: bytes, count: int) -> list[float]:
        connection = self._connection(len(payload))
        self._ask("command", connection, self._flood)
        took = self._engine.ask("echo", connection, len(payload), count)
        assert isinstance(took, list)
        return [microseconds / 1e6 for microseconds in took]

    def idle(self, count: int, *, inside: bool = False) -> None:
        self._ask("look", self._connection(0), count)

    def longest_poll(self, count: int, budget: float) -> tuple[float, float]:
        connection = self._connection(LIMIT)
        before = self.processor_time()
        longest = self._engine.ask("longest", connection, self._flood, count)
        assert isinstance(longest, int), longest
        # The work of its thread in one poll() is not known. It is at most that of all of them.
        return longest / 1e6, min(longest / 1e6, self.processor_time() - before)

    def connect(self, url: str, count: int, *, busy: bool = False) -> None:
        self._ask("connect_and_drop", url.replace("127.0.0.1", "localhost"), count, busy)

    def open_many(self, url: str, count: int) -> None:
        self._ask("open_many", url, count)

    def idle_many(self, count: int, *, pause: float = 0.0) -> None:
        self._ask("look_at_all", count, round(pause * 1e6))

    def look_at_all(self) -> None:
        self.idle_many(1)

    def _connection(self, size: int) -> str:
        """Returns the name of the connection with buffers for this much at once."""
        return f"{self._url} {_buffers(size)}"

    def _ask(self, method: str, *arguments: str | int | Sequence[int]) -> None:
        problem = self._engine.ask(method, *arguments)
        assert problem == "", (method, arguments, problem)

    def _trust(self, context: ssl.SSLContext) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".crt") as file:
            file.writelines(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True)))
            file.flush()
            assert self._engine.ask("trust", file.name) == 0


def _buffers(size: int) -> tuple[int, int, int, int]:
    return _LARGE if size > _PORTION_BYTES else _SMALL


@functools.cache
def _engine() -> Engine:
    """Returns one engine for all. It ends with the connection to this process."""
    program = shutil.which(PROGRAM)
    assert program is not None
    return Engine(program, _SCRIPT)


if shutil.which(PROGRAM) is None:
    raise ModuleNotFoundError(f"{PROGRAM} is not installed")
