"""A display without a screen: Xvfb, keys to press on it, and what it shows."""

from __future__ import annotations

import os
import struct
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pygame

from tests.support.programs import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["XDisplay"]


class XDisplay:
    """A display that is as large as the one window a test shows on it.

    There is no window manager to place the window.

    Attributes:
        environment: for the programs that are to be seen here.
    """

    def __init__(self, name: str, framebuffer: Path, xdotool: str) -> None:
        # What is drawn by OpenGL is drawn by the processor, the same on every machine.
        self.environment = os.environ | {"DISPLAY": name, "LIBGL_ALWAYS_SOFTWARE": "1", "SDL_AUDIODRIVER": "dummy"}
        self.environment.pop("SDL_VIDEODRIVER", None)
        self._framebuffer = framebuffer
        self._xdotool = xdotool

    @classmethod
    @contextmanager
    def running(cls, folder: Path, width: int = 640, height: int = 360) -> Iterator[XDisplay]:
        """Runs a display.

        Skips the test if Xvfb or xdotool is missing; see `require_program`.

        Args:
            folder: for what it shows; has to exist.
            width: pixels.
            height: pixels.
        """
        xvfb, xdotool = require_program("Xvfb"), require_program("xdotool")
        command = [xvfb, "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-fbdir", str(folder)]
        command += ["-nolisten", "tcp", "-noreset"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
            try:
                number = server.stdout.readline().strip()
                assert number.isdigit(), "Xvfb did not start"
                yield cls(f":{number}", folder / "Xvfb_screen0", xdotool)
            finally:
                server.terminate()

    def type(self, text: str) -> None:
        """Types into the window that has the keyboard."""
        self._do("type", "--delay", "20", text)

    def press(self, key: str) -> None:
        """Presses a key by its name in X, such as "Return".

        It is held for a while, because some games look once per frame.
        """
        self._do("keydown", key, "sleep", "0.2", "keyup", key)

    def picture(self) -> pygame.Surface:
        """Returns the visible picture."""
        # The XWD format: a head of big-endian numbers, a table of colours, then the pixels row after row.
        data = self._framebuffer.read_bytes()
        head = struct.unpack(">25I", data[:100])
        start, width, height, row_size = head[0] + 12 * head[19], head[4], head[5], head[12]
        pixels = data[start : start + row_size * height]
        return pygame.image.frombuffer(pixels, (width, height), "BGRA", row_size).convert(24, 0)

    def _do(self, *command: str) -> None:
        subprocess.run([self._xdotool, *command], env=self.environment, check=True, capture_output=True, timeout=20)
