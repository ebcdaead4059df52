"""`python -m wsclient ws://...`: talk to a WebSocket server from a terminal.

It is also installed as the script `wsclient`. Other commands begin with a word: `serve`, `swarm`, `examples`.
`--help` lists the options, the exit codes and examples.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from wsclient import __version__
from wsclient.cli.console import open_console
from wsclient.cli.options import ExitCode, parse
from wsclient.cli.report import JsonReport, PlainReport, painter
from wsclient.cli.session import Session
from wsclient.websocket.client import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType
    from typing import Self

    from wsclient.cli.report import Report

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the arguments without the program's name; None for those of this process.

    Returns:
        The exit code; see `wsclient.cli.options.ExitCode`.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words[0] if words else ""
    if command in _COMMANDS:
        return _guarded(partial(_COMMANDS[command], words[1:]))
    return _guarded(partial(_connect, words))


def _connect(words: Sequence[str], interrupt: _Interrupt) -> int:
    options = parse(words)
    report: Report = JsonReport(sys.stdout) if options.json else PlainReport(painter(sys.stdout))
    with WebSocketClient() as client:
        session = Session(options, client, open_console(), report, is_interrupted=lambda: interrupt.has_come)
        return session.run()


def _serve(words: Sequence[str], interrupt: _Interrupt) -> int:
    from wsclient.cli.serve import serve  # noqa: PLC0415 - only this command needs it

    return serve(words, sys.stdout, lambda: interrupt.has_come)


def _swarm(words: Sequence[str], interrupt: _Interrupt) -> int:
    from wsclient.cli.swarm import swarm  # noqa: PLC0415 - as above

    return swarm(words, sys.stdout, lambda: interrupt.has_come)


def _examples(words: Sequence[str], interrupt: _Interrupt) -> int:
    from wsclient.cli.examples import examples  # noqa: PLC0415 - as above

    del words, interrupt
    return examples(sys.stdout)


def _version(words: Sequence[str], interrupt: _Interrupt) -> int:
    del words, interrupt
    sys.stdout.write(f"wsclient {__version__}\n")
    return ExitCode.DONE


_COMMANDS: Final = {
    "connect": _connect,
    "serve": _serve,
    "swarm": _swarm,
    "examples": _examples,
    "--version": _version,
}


def _guarded(run: Callable[[_Interrupt], int]) -> int:
    """Runs a command, and handles a closed output as terminal programs do."""
    try:
        with _log_kept_quiet(), _Interrupt() as interrupt:
            return run(interrupt)
    except BrokenPipeError:  # the program that reads the output, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # a target for the last flush
        return ExitCode.ENDED_BADLY
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


class _Interrupt:
    """Handles Ctrl-C.

    The first is only recorded, so that no work is interrupted; the second ends the program immediately.
    """

    def __init__(self) -> None:
        self.has_come = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._take_note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _take_note(self, number: int, frame: FrameType | None) -> None:
        if self.has_come:
            raise KeyboardInterrupt
        self.has_come = True


@contextmanager
def _log_kept_quiet() -> Iterator[None]:
    """Suppresses logging's last resort, because the report already shows errors."""
    log, handler = logging.getLogger("wsclient"), logging.NullHandler()
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
