"""Creates inputs: with atheris, or else at random.

atheris follows which code an input reaches.
"""

from __future__ import annotations

import importlib
import random
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["MAX_SIZE", "RandomEngine", "has_atheris", "load", "mutated", "run_atheris"]

MAX_SIZE = 4096
"""The maximum size of an input in bytes. Arbitrary: enough for hundreds of frames."""

# Values that parsers often get wrong: ends of ranges, line ends, the lengths at which the form of a frame changes.
_INTERESTING = (
    b"\x00", b"\xff", b"\x7f", b"\x80", b"\x7e\x00\x7e", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x80",
    b"\r\n", b"\r\n\r\n", b":", b",", b";", b'"', b" ", b"\xc3\xa9", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x81\x00",
    b"\x82\x7e", b"\x88\x00", b"\x89\x00", b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", b"\x00\x00\xff\xff",
)  # fmt: skip


def has_atheris() -> bool:
    """Returns True if atheris is installed.

    It does not exist for every system and version of Python.
    """
    try:
        importlib.import_module("atheris")
    except ImportError:
        return False
    return True


def load(name: str, *, is_instrumented: bool) -> Callable[[bytes], int]:
    """Returns a target; this imports the library.

    Args:
        name: the name of the target.
        is_instrumented: True if atheris follows the code that runs. The library must not have been imported before.
    """
    if not is_instrumented:
        return _target(name)
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["wsclient"]):
        return _target(name)


def _target(name: str) -> Callable[[bytes], int]:
    target: Callable[[bytes], int] = importlib.import_module("fuzz.targets").TARGETS[name]
    return target


def run_atheris(target: Callable[[bytes], None], arguments: Iterable[str]) -> None:
    """Starts libFuzzer, which never returns: it ends the process.

    Args:
        target: the function to call with each input.
        arguments: the arguments of libFuzzer.
    """
    atheris = importlib.import_module("atheris")
    atheris.Setup([sys.argv[0], *arguments], target)
    atheris.Fuzz()


class RandomEngine:
    """Changes inputs of the corpus at random, if atheris is not installed.

    It does not learn anything.

    Args:
        corpus: the inputs to start with, at least one.
        seed: the same seed creates the same inputs; None for different ones each time.
    """

    def __init__(self, corpus: list[bytes], seed: int | None) -> None:
        self._corpus = corpus
        self._random = random.Random(seed)

    def next_input(self) -> bytes:
        """Returns another input."""
        chance = self._random
        data = bytearray(chance.choice(self._corpus))
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            data = mutated(data, self._corpus, chance)
        return bytes(data[:MAX_SIZE])

    def inputs(self, seconds: float) -> Iterator[bytes]:
        """Yields the corpus, and then new inputs until the time is over."""
        end = time.monotonic() + seconds
        yield from self._corpus
        while time.monotonic() < end:
            yield self.next_input()


def mutated(data: bytearray, corpus: list[bytes], chance: random.Random) -> bytearray:
    """Changes one thing in an input."""
    at = chance.randint(0, len(data))
    size = chance.choice((1, 1, 2, 4, 8, 64))
    match chance.randrange(7):
        case 0 if data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        case 1 if data:
            data[at % len(data)] = chance.randrange(256)
        case 2:
            data[at:at] = chance.randbytes(size)
        case 3:
            del data[at : at + size]
        case 4:
            data[at : at + chance.choice((0, 1, 2))] = chance.choice(_INTERESTING)
        case 5:
            other = chance.choice(corpus)
            start = chance.randint(0, len(other))
            data[at:] = other[start:]
        case _:
            data[at:at] = data[at : at + size]
    return data
