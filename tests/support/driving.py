"""Drives a client against a real server.

It polls until a condition holds, and records each signal.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RecordingClient", "drive"]


def drive(client: WebSocketClient, until: Callable[[], object], seconds: float = 20.0) -> None:
    """Polls as a busy game would, until `until` says so; fails after so many seconds.

    It lets the server's process run between two polls, and never sleeps.
    """
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"not within {seconds:g} s: {client!r}, {client.last_error}"
        client.poll()
        os.sched_yield() if hasattr(os, "sched_yield") else time.sleep(0)


class RecordingClient(WebSocketClient):
    """Records its signals in order, the packets with them.

    Attributes:
        told: the signals: ("established", protocol), ("data", message), ("close_request", code, reason),
            ("closed", was_clean), ("error", stage).
    """

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[object, ...]] = []

    def _on_connect(self, protocol: str) -> None:
        self.told.append(("established", protocol))

    def _on_peer_packet(self) -> None:
        self.told.append(("data", self.get_message()))

    def _on_close_request(self, code: int, reason: str) -> None:
        self.told.append(("close_request", code, reason))

    def _on_disconnect(self, was_clean: bool) -> None:
        self.told.append(("closed", was_clean))

    def _on_error(self) -> None:
        self.told.append(("error", self.last_error.stage if self.last_error else ""))

    @property
    def data(self) -> list[object]:
        """The messages, in order of arrival."""
        return [each[1] for each in self.told if each[0] == "data"]

    @property
    def is_over(self) -> bool:
        """Whether the signal that ends it all was emitted."""
        return bool(self.told) and self.told[-1][0] in ("closed", "error")

    def drive_until_open(self) -> None:
        """Polls until the connection is open."""
        drive(self, lambda: self.told)
        assert self.told[0][0] == "established", f"{self.told}: {self.last_error}"

    def drive_to_the_end(self) -> None:
        """Polls until the terminal signal."""
        drive(self, lambda: self.is_over)
