"""The code that the demos on real Godot servers share.

It starts the engine's process, and the rest of the demo.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, ClassVar

from demos.arena import lifeline
from demos.arena.options import add_player_options
from demos.arena.window import Window, add_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

__all__ = ["GodotCompanions", "NoGodot", "run"]


class NoGodot(Exception):
    """Raised if Godot is not on this machine, or does not start.

    The message says what to do.
    """


class GodotCompanions:
    """A Godot server on a free port, and bots that play on it.

    They end with the `with` block, or with this process.

    Args:
        bots: the number of bots.

    Attributes:
        url: the server's URL.

    Raises:
        NoGodot: the server cannot be started.
    """

    NAME: ClassVar[str]
    """The name of the engine, for messages."""
    BOTS: ClassVar[str]
    """The module of the bots."""

    def __init__(self, bots: int) -> None:
        # The engine writes files below the home folder, which a demo must not do.
        self._home = tempfile.TemporaryDirectory(prefix="wsclient-godot-", ignore_cleanup_errors=True)
        try:
            self._server = self._start()
            self.url = self._url_printed()
        except BaseException:
            self._home.cleanup()
            raise
        self._bots = lifeline.start(self.BOTS, self.url, "--count", str(bots)) if bots else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()  # before the bots, because it logs an error if several peers leave at once
        lifeline.stop(self._server)
        if self._bots is not None:
            lifeline.stop(self._bots)
        self._home.cleanup()

    def command(self, port: int) -> list[str]:
        """Returns the command that starts the server.

        Raises NoGodot if there is none.
        """
        raise NotImplementedError

    def environment(self, home: str) -> dict[str, str]:
        """Returns the variables to set for the server."""
        return {"HOME": home, "XDG_DATA_HOME": home}

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(_free_port()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, **self.environment(self._home.name)},
            text=True,
            start_new_session=True,  # so that Ctrl-C does not reach the server; the game stops it
        )

    def _url_printed(self) -> str:
        for line in self._server.stdout or ():
            if line.startswith("serving "):
                return line.split()[1]
        lifeline.stop(self._server)
        raise NoGodot(f"{self.NAME} did not start: see above")


def run(
    module: str,
    companions: Callable[[int], GodotCompanions],
    play: Callable[[str, str, Window], None],
    *,
    description: str,
    picture: str,
    server: str,
) -> None:
    """Parses the command line, starts what is needed, and plays.

    Args:
        module: the demo's, for its usage.
        companions: starts a server and a number of bots.
        play: plays by this name, on this URL, in this window.
        description: one line on the demo.
        picture: the file of the screenshot without a display.
        server: the kind of server, for the help.
    """
    options = _parse(module, description, picture, server)
    window = Window(options.seconds, options.headless, options.screenshot)
    if window.headless and options.screenshot is None:
        window.screenshot = picture
    with contextlib.suppress(KeyboardInterrupt):
        if options.join:
            play(options.name, options.join, window)
            return
        try:
            started = companions(options.players - 1)
        except NoGodot as problem:
            sys.exit(str(problem))
        with started:
            play(options.name, started.url, window)


def _parse(module: str, description: str, picture: str, server: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    add_player_options(parser)
    add_options(parser, picture=picture)
    parser.add_argument("--join", metavar="URL", help=f"play on a {server} that is already running, without bots")
    return parser.parse_args()


def _free_port() -> int:
    # GDScript cannot find out which port it was assigned, so the port is chosen here.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
