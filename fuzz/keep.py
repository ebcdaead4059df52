"""Adds new inputs from long runs to `corpus/`: `python -m fuzz.keep`.

It adds as few as possible, small ones first. An input is added if it makes a step from one line of the library to
another that no input before it made.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuzz.seeds import CORPUS
from fuzz.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

__all__ = ["Ways", "choose", "main"]

_LIBRARY = str(Path(__file__).parent.parent / "wsclient")
_LARGEST = 1024  # bytes; the repository should stay small

Way = tuple[str, int, int]


class Ways:
    """The steps between lines of the library that a call makes."""

    def __init__(self) -> None:
        self._taken: set[Way] = set()

    def of(self, call: Callable[[], object]) -> set[Way]:
        """Makes the call, and returns its steps."""
        self._taken = set()
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            call()
        finally:
            sys.settrace(before)
        return self._taken

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        name = frame.f_code.co_filename
        if not name.startswith(_LIBRARY):
            return None
        last = 0

        def step(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any]:
            nonlocal last
            self._taken.add((name, last, frame.f_lineno))
            last = frame.f_lineno
            return step

        return step


def choose(target: Callable[[bytes], object], known: Iterable[bytes], others: Iterable[bytes]) -> list[bytes]:
    """Returns the inputs that make steps which no earlier input makes."""
    ways = Ways()
    gone: set[Way] = set()
    for data in known:
        gone |= ways.of(lambda data=data: target(data))  # type: ignore[misc]
    chosen = []
    for data in sorted(others, key=lambda data: (len(data), data)):
        taken = ways.of(lambda data=data: target(data))  # type: ignore[misc]
        if not taken <= gone:
            gone |= taken
            chosen.append(data)
    return chosen


def main() -> None:
    """Does this for each target, and shows how many inputs are new."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.keep", description=__doc__)
    parser.add_argument(
        "--grown", type=Path, default=Path(".fuzz/corpus"), help="the folder with the inputs of the runs"
    )
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    for name, target in TARGETS.items():
        folder, grown = CORPUS / name, options.grown / name
        known = [path.read_bytes() for path in folder.iterdir()]
        others = [path.read_bytes() for path in grown.iterdir()] if grown.exists() else []
        chosen = choose(target, known, [data for data in others if len(data) <= _LARGEST])
        for data in chosen:
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        print(f"{name:15} {len(chosen):4} of {len(others)}")


if __name__ == "__main__":
    main()
