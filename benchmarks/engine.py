"""Runs Godot 3 in a separate process and calls its script."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from struct import Struct
from typing import TYPE_CHECKING, Self

from wsclient.variant import decode, encode

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["PROGRAM", "Engine", "processor_seconds"]

PROGRAM = "godot3-server"

_LENGTH = Struct("<I")


class Engine:
    """Runs a script that connects to us, and calls its methods.

    It ends with the `with` block.

    Args:
        program: the engine's program.
        script: a `SceneTree`, which receives a port number.

    Attributes:
        process: the id of its process.
    """

    def __init__(self, program: str, script: Path) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="wsclient-godot-", ignore_cleanup_errors=True)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(20.0)
            self._process = subprocess.Popen(
                [program, "-s", str(script), str(listener.getsockname()[1])],
                cwd=self._home.name,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "HOME": self._home.name},
            )
            self._connection = listener.accept()[0]
        self.process = self._process.pid
        self._connection.settimeout(60.0)
        self._reader = self._connection.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the engine."""
        self._reader.close()
        self._connection.close()
        self._process.kill()
        self._process.wait()
        self._home.cleanup()

    def ask(self, method: str, *arguments: object) -> object:
        """Calls a method of the script, waits, and returns its result."""
        command = encode([method, list(arguments)])
        self._connection.sendall(_LENGTH.pack(len(command)) + command)
        (length,) = _LENGTH.unpack(self._reader.read(4))
        return decode(self._reader.read(length))


def processor_seconds(process: int) -> float:
    """Returns the processor time of a process, to the nanosecond.

    If the system is not Linux, this works only for the current process.
    """
    if process == os.getpid():
        return time.process_time()
    # The result of clock_getcpuclockid(), which Python lacks: the inverted number, and 2 for all threads.
    return time.clock_gettime((~process << 3) | 2)
