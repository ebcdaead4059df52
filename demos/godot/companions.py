"""The processes that the demo starts: a real Godot 3 server, and bots."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from demos.arena import lifeline

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Companions", "NoGodot"]

PROGRAM = "godot3-server"
PROJECT = Path(__file__).parent / "server"


class NoGodot(Exception):
    """There is no Godot 3 server on this machine, or it does not start. The message says what to do."""


class Companions:
    """A server on a free port, and bots that play on it. They end with the `with` block, or with this process.

    Args:
        bots: the number of bots.

    Attributes:
        url: the server's URL.

    Raises:
        NoGodot: the server cannot be started.
    """

    def __init__(self, bots: int) -> None:
        # The engine writes its log below the home folder, where a demo must not leave files.
        self._home = tempfile.TemporaryDirectory(prefix="wsclient-godot-")
        try:
            self._server = _start(_find_program(), self._home.name)
            self.url = _url_printed_by(self._server)
        except BaseException:
            self._home.cleanup()
            raise
        self._bots = lifeline.start("demos.godot.bots", self.url, "--count", str(bots)) if bots else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()  # before the bots leave: it logs an error if several peers leave at once
        lifeline.stop(self._server)
        if self._bots is not None:
            lifeline.stop(self._bots)
        self._home.cleanup()


def _find_program() -> str:
    program = shutil.which(PROGRAM)
    if program is None:
        raise NoGodot(f"{PROGRAM} is not installed. On Debian and Ubuntu: sudo apt install {PROGRAM}")
    return program


def _start(program: str, home: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [program, "--path", str(PROJECT), str(_free_port()), "until-alone"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={**os.environ, "HOME": home, "XDG_DATA_HOME": home, "LANG": "en_US.UTF-8"},
        text=True,
        start_new_session=True,  # keeps Ctrl-C from the server: the game stops it
    )


def _free_port() -> int:
    # GDScript cannot find out which port it was assigned, so choose one here.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _url_printed_by(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        if line.startswith("serving "):
            return line.split()[1]
    lifeline.stop(server)
    raise NoGodot(f"{PROGRAM} did not start: see above")
