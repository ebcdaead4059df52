"""Every sequence of steps up to a length, each in a world of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.model.world import STEPS, Broken, World
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ROOTS", "Report", "explore", "possible_steps"]

Steps = tuple[str, ...]

# Where sequences begin, so that short ones reach far.
_ASKED: Steps = ("connect", "poll", "TCP accepts", "poll")
_OPEN: Steps = (*_ASKED, "server accepts", "poll")
ROOTS: dict[str, Steps] = {"fresh": (), "asked": _ASKED, "open": _OPEN, "closing": (*_OPEN, "disconnect")}


class Finding(NamedTuple):
    """A sequence that breaks a law."""

    game: str
    steps: Steps
    law: str

    def __str__(self) -> str:
        return f"{self.law}\n  if its handlers play {self.game!r}: {', '.join(self.steps)}"


class Report:
    """The results of an exploration.

    Attributes:
        sequences: how many were taken to their full length, or until a law broke.
        steps: how many steps they had together.
        states: the fingerprints of all worlds that were seen.
        findings: the sequences that break a law.
    """

    def __init__(self) -> None:
        self.sequences = self.steps = 0
        self.states: set[int] = set()
        self.findings: list[Finding] = []

    def add(self, other: Report) -> None:
        """Counts what another report has counted."""
        self.sequences += other.sequences
        self.steps += other.steps
        self.states |= other.states
        self.findings += other.findings


def explore(
    begun: Iterable[Steps], length: int, game: str, transport: type[NativeTransport] = NativeTransport
) -> Report:
    """Takes each possible sequence of `length` more steps after those begun."""
    report = Report()
    pending = [(steps, length) for steps in begun]
    while pending:
        steps, left = pending.pop()
        world = World(game, transport)
        try:
            _take(steps, world)
            report.states.add(hash(world.fingerprint()))
            if left:
                pending += [((*steps, step), left - 1) for step in _possible_in(world)]
                continue
            world.finish()
        except (Broken, RuntimeError, ValueError, TypeError, OSError) as error:
            report.findings.append(Finding(game, steps, f"{type(error).__name__}: {error}"))
        finally:
            world.leave()
        report.sequences += 1
        report.steps += len(steps)
    return report


def possible_steps(steps: Steps, game: str) -> list[str]:
    """Returns the steps that are possible after these."""
    world = World(game)
    _take(steps, world)
    possible = _possible_in(world)
    world.leave()
    return possible


def _take(steps: Steps, world: World) -> None:
    """Takes these steps, and checks the laws after each."""
    for step in steps:
        STEPS[step][1](world)
        world.check()


def _possible_in(world: World) -> list[str]:
    return [name for name, (is_possible, _) in STEPS.items() if is_possible(world)]
