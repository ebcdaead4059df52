"""Processes that end with the one that started them, however that ends: a crash, Ctrl-C, `kill -9`.

The child reads its standard input, on which nothing ever comes. Its end is the end of the parent.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OPTION", "start", "stop", "watch"]

OPTION = "--until-stdin-closes"
PATIENCE = 2.0  # seconds for a child to end by itself


def start(module: str, *args: str, stdout: int | None = None) -> subprocess.Popen[str]:
    """Runs `python -m module args`, for as long as this process lives at the most."""
    command = [sys.executable, "-m", module, OPTION, *args]
    # A session of its own: Ctrl-C in the terminal reaches the parent alone, also while the child is only starting.
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, text=True, start_new_session=True)


def stop(child: subprocess.Popen[str]) -> None:
    """Lets go of a child, and waits until it has ended."""
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def watch(on_end: Callable[[], object]) -> None:
    """In the child: has `on_end` called, on a thread of its own, when the parent is gone."""

    def read() -> None:
        while os.read(0, 1):  # not sys.stdin: its lock would be in the way when Python ends
            pass
        on_end()

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where there are no sessions, Ctrl-C reaches everyone
    threading.Thread(target=read, daemon=True).start()
