"""Runs real Godot 3 engines in processes, with a loop that plays with them.

The projects are in `tests/interop/godot3`; what they do stands at the top of their scripts. Each event that happens
there is a line on their standard output.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from tests.support.programs import require_program
from wsclient.variant import decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Event", "Godot", "Pollable", "drive", "var_to_str"]

PROJECTS = Path(__file__).parent.parent / "interop" / "godot3"


class Pollable(Protocol):
    """The function that is called once per frame."""

    def poll(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Event:
    """A line that a project printed.

    Attributes:
        name: "connected", "echo", ..
        peer: `get_rpc_sender_id()` there.
        arguments: as the engine encoded them.
    """

    name: str
    peer: int
    arguments: tuple[object, ...]

    @classmethod
    def parse(cls, line: str) -> Self:
        """Reads the text after `EVENT `; the low-level server prints bare words."""
        if not line.startswith("{"):
            return cls(line, 0, ())
        fields = json.loads(line, strict=False)  # the engine escapes no control characters
        arguments = decode(bytes.fromhex(fields["args"]))
        assert isinstance(arguments, list)
        return cls(fields["event"], fields["peer"], tuple(arguments))


class Godot:
    """An engine that runs one of the projects until the end of a `with` block.

    Args:
        arguments: those after the project's name on the command line.
        home: a folder for what the engine wants to write.

    Attributes:
        events: what happened, as far as it was read.
    """

    def __init__(self, project: str, *arguments: str, home: Path) -> None:
        self.events: list[Event] = []
        self._rest = b""
        self._process = subprocess.Popen(
            [require_program("godot3-server"), "--path", str(PROJECTS / project), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HOME": str(home), "LANG": "en_US.UTF-8"},
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout
        os.set_blocking(self._output.fileno(), False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()

    def fileno(self) -> int:
        """For `select`."""
        return self._output.fileno()

    @property
    def has_ended(self) -> bool:
        """Whether the engine has quit."""
        return self._process.poll() is not None

    def poll(self) -> None:
        """Reads what it printed, without waiting."""
        while chunk := self._output.read(65536):
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                if line.startswith(b"EVENT "):
                    self.events.append(Event.parse(line.removeprefix(b"EVENT ").decode()))

    def told(self, *names: str, since: int = 0) -> list[Event]:
        """Lists the events of these names, or all, from that index of `events` on."""
        return [event for event in self.events[since:] if event.name in names or not names]


def drive(until: Callable[[], object], *players: Pollable | Godot, seconds: float = 20.0) -> None:
    """Polls all in turn until `until` says so; fails after so many seconds.

    Between two rounds it waits for what an engine prints, for a few milliseconds at most.
    """
    engines = [player for player in players if isinstance(player, Godot)]
    end = time.monotonic() + seconds
    while True:
        for player in players:
            player.poll()
        if until():
            return
        last = [engine.events[-3:] for engine in engines]
        assert time.monotonic() < end, f"not within {seconds:g} s; the engines' last events: {last}"
        select.select([engine for engine in engines if not engine.has_ended], [], [], 0.002)


def var_to_str(value: object) -> str:
    """Writes a value for GDScript's `str2var`.

    It supports as many types as the steps of the client need.
    """
    match value:
        case bytes():
            return f"PoolByteArray( {', '.join(map(str, value))} )"
        case list() | tuple():
            return f"[ {', '.join(map(var_to_str, value))} ]"
        case _:
            return json.dumps(value)
