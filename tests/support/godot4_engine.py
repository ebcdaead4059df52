"""Runs real Godot 4 engines in processes, commanded over a TCP port.

They play `tests/interop/godot4/world`.

`.ci/install-godot4 build/godot4` fetches the engine, or the variable `GODOT4` names one.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.support.ports import free_port
from tests.support.programs import require_program
from wsclient.godot4 import bytes_to_var

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tests.support.godot3 import Pollable

__all__ = ["ENGINE_VARIABLE", "WORLD", "Engine", "require_godot4"]

ENGINE_VARIABLE = "GODOT4"
WORLD = Path(__file__).parent.parent / "interop" / "godot4" / "world"

_INSTALLED = Path(__file__).parent.parent.parent / "build" / "godot4" / "godot4"
_PATIENCE = 30.0  # seconds for a busy machine
_PAUSE = 0.002  # between two frames of ours


def require_godot4() -> str:
    """Returns the path of the engine.

    If it is missing, skips the test, and says what is missing.
    """
    for found in (os.environ.get(ENGINE_VARIABLE), str(_INSTALLED), "godot4", "godot"):
        if found and (path := shutil.which(found)) is not None:
            return path
    return require_program("godot4")


class Engine:
    """An engine with the world, until the end of a `with` block.

    Args:
        home: a folder for what the engine wants to write.
        project: the folder of its project.

    Attributes:
        players: are polled whenever this waits, as the engine may wait for them.
    """

    def __init__(self, home: Path, project: Path = WORLD) -> None:
        self.players: list[Pollable] = []
        self._control = free_port()
        self._log = home / f"engine-{self._control}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [require_godot4(), "--headless", "--path", str(project), "--", str(self._control)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)},
            )
        self._pipe = self._connected()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()  # the project quits by itself
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def run(self, code: str) -> object:
        """Runs lines of GDScript, in which `w` is the node World.

        Returns their result, as a Variant.
        """
        text = code.encode()
        self._pipe.setblocking(True)
        self._pipe.sendall(struct.pack("<I", len(text)) + text)
        self._pipe.setblocking(False)
        answer = bytearray()
        self.wait(lambda: self._has_answered(answer))
        result = json.loads(answer[4:], strict=False)
        assert result["result"] != "COMPILE ERROR", code
        return bytes_to_var(bytes.fromhex(result["hex"]))

    def events(self, name: str = "") -> list[tuple[str, int, object]]:
        """Returns the events of one name or all.

        Each has the name, the `get_remote_sender_id()` and the arguments.
        """
        found = self.run("return w.events")
        assert isinstance(found, list)
        return [
            (event, sender, bytes_to_var(bytes.fromhex(arguments)))
            for event, sender, _, arguments in found
            if event == name or not name
        ]

    def wait(self, until: Callable[[], bool]) -> None:
        """Polls the players until something is so."""
        end = time.monotonic() + _PATIENCE
        while not until():
            assert time.monotonic() < end, f"waited {_PATIENCE} s in vain; {self.log()[-2000:]}"
            for player in self.players:
                player.poll()
            time.sleep(_PAUSE)

    def log(self) -> str:
        """Returns what the engine has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _connected(self) -> socket.socket:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._control))
            except OSError:
                assert time.monotonic() < end, self.log()
                assert self._process.poll() is None, self.log()
                time.sleep(0.05)

    def _has_answered(self, answer: bytearray) -> bool:
        try:
            data = self._pipe.recv(65536)
        except BlockingIOError:
            return False
        assert data, self.log()[-2000:]
        answer += data
        return len(answer) >= 4 and len(answer) == 4 + struct.unpack_from("<I", answer)[0]
